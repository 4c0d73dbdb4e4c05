package io.assay;

import io.assay.platform.ConfigException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a node in layers, later ones over earlier ones. The first layer, {@code conf/config.json}, names every
 * setting there is, with its default ({@code null} where there is none); a later layer that names another one, or gives
 * one another type, is refused, since nobody would read it.
 */
final class Configuration {
    /** Passwords, which may stand in environment variables only. */
    private static final List<String> SECRETS = List.of("postgres.password", "analytics.password");

    private final JsonObject base;
    private final JsonObject merged;

    private Configuration(JsonObject base, JsonObject merged) {
        this.base = base;
        this.merged = merged;
    }

    static Configuration base(Path file) {
        JsonObject base = read(file);
        return new Configuration(base, base);
    }

    /** The settings with those of a file over them. */
    Configuration with(Path file) {
        JsonObject layer = read(file);
        refuseSecrets(layer, shown(file));
        return with(layer, shown(file) + ": ");
    }

    /** The settings with the layer over them; messages about the layer start with {@code where}. */
    Configuration with(JsonObject layer, String where) {
        check(layer, base, where);
        return new Configuration(base, merged.copy().mergeIn(layer, true));
    }

    /** A verticle's whole configuration: the node's with the descriptor's own over it. */
    JsonObject forVerticle(VerticleDescriptor verticle) {
        JsonObject own = verticle.config().copy();
        Object offset = own.remove("portOffset");
        refuseSecrets(own, verticle.file());
        JsonObject all = with(own, verticle.file() + ": options.config.").json();
        return offset == null ? all : all.put("portOffset", offset);
    }

    JsonObject json() {
        return merged.copy();
    }

    /** Reads a file that holds one JSON object. */
    static JsonObject read(Path file) {
        try {
            return new JsonObject(Files.readString(file));
        } catch (IOException e) {
            throw new ConfigException(file + ": can't be read (" + e.getClass().getSimpleName() + ")");
        } catch (DecodeException | ClassCastException e) {
            throw new ConfigException(shown(file) + ": is not a JSON object: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    /** A file as messages name it: with its folder. */
    static String shown(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null || folder.getFileName() == null
                ? file.toString()
                : folder.getFileName() + "/" + file.getFileName();
    }

    private static void check(JsonObject layer, JsonObject known, String where) {
        for (String name : layer.fieldNames()) {
            if (!known.containsKey(name)) {
                throw new ConfigException(where + name + ": unknown setting (expected one of: "
                        + String.join(", ", known.fieldNames()) + ")");
            }
            Object value = layer.getValue(name);
            Object example = known.getValue(name);
            if (value instanceof JsonObject section && example instanceof JsonObject knownSection) {
                check(section, knownSection, where + name + ".");
            } else if (example != null && value != null && !kind(value).equals(kind(example))) {
                throw new ConfigException(
                        where + name + ": " + Json.encode(value) + " (expected: " + kind(example) + ")");
            }
        }
    }

    private static String kind(Object value) {
        if (value instanceof Integer || value instanceof Long) {
            return "integer";
        }
        if (value instanceof Number) {
            return "number";
        }
        if (value instanceof Boolean) {
            return "true or false";
        }
        return value instanceof JsonObject ? "an object" : value instanceof JsonArray ? "a list" : "a string";
    }

    private static void refuseSecrets(JsonObject layer, String where) {
        for (String path : SECRETS) {
            if (at(layer, path) != null) {
                throw new ConfigException(
                        where + ": " + path + ": a password in a file (expected: environment variable "
                                + Environment.variableOf(path) + ")");
            }
        }
    }

    private static @Nullable Object at(JsonObject json, String path) {
        int dot = path.indexOf('.');
        Object section = json.getValue(path.substring(0, dot));
        return section instanceof JsonObject object ? object.getValue(path.substring(dot + 1)) : null;
    }
}
