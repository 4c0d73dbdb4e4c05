package io.assay;

import io.assay.platform.ConfigException;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;

/**
 * {@code conf/vertx.json}, the options of Vert.x itself. Vert.x ignores what it does not know and keeps its default for what
 * is mistyped; so what it understood is compared with what was written.
 */
final class VertxFile {
    private VertxFile() {}

    static VertxOptions read(Path file) {
        return options(Configuration.shown(file), Configuration.read(file));
    }

    static VertxOptions options(String file, JsonObject written) {
        VertxOptions options;
        try {
            options = new VertxOptions(written);
        } catch (IllegalArgumentException | ClassCastException e) {
            throw new ConfigException(file + ": " + e.getMessage());
        }
        compare(written, options.toJson(), file + ": ");
        return options;
    }

    private static void compare(JsonObject written, JsonObject understood, String where) {
        for (String name : written.fieldNames()) {
            Object value = written.getValue(name);
            Object known = understood.getValue(name);
            if (known == null) {
                throw new ConfigException(where + name + ": unknown option (expected one of: "
                        + String.join(", ", understood.fieldNames()) + ")");
            }
            if (value instanceof JsonObject section && known instanceof JsonObject knownSection) {
                compare(section, knownSection, where + name + ".");
            } else if (!Json.encode(value).equals(Json.encode(known))) {
                throw new ConfigException(where + name + ": " + Json.encode(value) + " (expected: a value like "
                        + Json.encode(known) + ")");
            }
        }
    }
}
