package io.assay.snapshot;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The documents that travel the chain, each with a version of its own. */
public enum Kind {
    /** The snapshot of {@code SnapshotCodec}, with overrides. */
    CONFIG,
    /** {@code {version, killed: [keys]}}. */
    EMERGENCY,
    /** {@code {version, keys: [{id, sha256, scope}]}}. */
    KEYS;

    /** As it stands in names and messages. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Kind> of(String text) {
        return Stream.of(values()).filter(k -> k.text().equals(text)).findFirst();
    }
}
