package io.assay.snapshot;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a key is for. */
public enum Scope {
    ADMIN,
    READ,
    SERVER,
    CLIENT;

    /** As it stands in JSON. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Scope> of(String text) {
        return Stream.of(values()).filter(s -> s.text().equals(text)).findFirst();
    }
}
