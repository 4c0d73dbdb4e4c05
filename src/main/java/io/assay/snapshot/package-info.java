/**
 * What this node serves: snapshot, emergency list and keys, and the chain of memory, peers, Redis, database and file behind them.
 *
 * <p>In come documents from any source, each with a version; out goes the newest that was understood, behind one volatile read.
 *
 * <p>No source is trusted: each may be away, behind or wrong, and none can take this node to a lower version.
 */
@NullMarked
package io.assay.snapshot;

import org.jspecify.annotations.NullMarked;
