package io.assay.client;

import java.util.Set;

/**
 * News for {@link AssayClient#onConfigChange}: another snapshot or another emergency list is in use.
 *
 * @param version the version of the snapshot
 * @param source where the snapshot came from
 * @param experiments the keys of the experiments that came, went, changed, were killed or are no longer killed
 */
public record ConfigChange(long version, SnapshotSource source, Set<String> experiments) {}
