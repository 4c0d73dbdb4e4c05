package io.assay.door;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A stage behind the door, at its fixed distance from the base port; all paths of the public interface by stage. */
enum Stage {
    ADMIN(1),
    CONFIG(2),
    ASSIGNMENT(3),
    INGESTION(4),
    RESULTS(5),
    AUDIT(6);

    private final int portOffset;

    Stage(int portOffset) {
        this.portOffset = portOffset;
    }

    int portOffset() {
        return portOffset;
    }

    /** The name of its verticle. */
    String title() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Who answers this path; null if nobody does. Operators' paths, such as the metrics, are nobody's here. */
    static @Nullable Stage of(String path) {
        String[] segments = path.split("/", 5);
        if (segments.length < 2 || !segments[0].isEmpty()) {
            return null;
        }
        return switch (segments[1]) {
            case "experiments" -> segments.length > 3 ? ofExperiment(segments) : ADMIN;
            case "layers", "metrics-definitions", "holdout", "keys", "users", "rebuild", "openapi.yaml" -> ADMIN;
            case "config" -> CONFIG;
            case "assignments", "ofrep" -> ASSIGNMENT;
            case "events" -> INGESTION;
            default -> null;
        };
    }

    private static Stage ofExperiment(String[] segments) {
        return switch (segments[3]) {
            case "results" -> RESULTS;
            case "audit" -> segments.length > 4 ? ADMIN : AUDIT;
            default -> ADMIN;
        };
    }
}
