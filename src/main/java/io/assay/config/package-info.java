/**
 * The stage that turns definitions into what is served, and hands snapshots to SDKs.
 *
 * <p>In come the versions and rows of the catalog; out go documents for the snapshot chain, and {@code /config} over HTTP.
 *
 * <p>Only this package writes new documents; without its database it goes on serving the last ones.
 */
@NullMarked
package io.assay.config;

import org.jspecify.annotations.NullMarked;
