package io.assay.catalog;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Where an experiment is in its life, and where it may go from there. */
public enum Status {
    DRAFT,
    ACTIVE,
    PAUSED,
    CONCLUDED;

    /** As it stands in JSON and in the database. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Status> of(String text) {
        return Stream.of(values()).filter(s -> s.text().equals(text)).findFirst();
    }

    /** What a change of status may lead to; staying where it is is always allowed besides. */
    public List<Status> next() {
        return switch (this) {
            case DRAFT -> List.of(ACTIVE);
            case ACTIVE -> List.of(PAUSED, CONCLUDED);
            case PAUSED -> List.of(ACTIVE, CONCLUDED);
            case CONCLUDED -> List.of();
        };
    }

    /** Launched and not concluded: it holds its slots and is measured. */
    public boolean isRunning() {
        return this == ACTIVE || this == PAUSED;
    }
}
