/**
 * The SDK: an in-process library that holds the snapshot, evaluates users and reports what they did.
 *
 * <p>In come snapshots and emergency lists over HTTP or from a file, and calls of the application; out go variants at once,
 * and exposures and goals in batches.
 *
 * <p>Callers never wait and never see an exception: all I/O is done by daemon threads, and whatever goes wrong is control.
 */
@NullMarked
package io.assay.client;

import org.jspecify.annotations.NullMarked;
