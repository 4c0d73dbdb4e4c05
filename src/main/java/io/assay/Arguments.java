package io.assay;

import io.assay.platform.ConfigException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says.
 *
 * @param home the folder that holds {@code conf/} and {@code verticles/}
 * @param conf the file over {@code conf/config.json}
 * @param verticles the folder of descriptors
 * @param only names of the descriptors to run; empty means all
 * @param data the folder for local data, if given
 * @param port the base port, if given
 * @param once whether to end as soon as all is ready
 */
record Arguments(
        Path home,
        Path conf,
        Path verticles,
        List<String> only,
        @Nullable Path data,
        @Nullable Integer port,
        boolean once) {
    static final String USAGE =
            "options: [--data DIR] [--port N] [--conf FILE] [--verticles DIR] [--only a,b] [--home DIR]";

    private static final Set<String> KNOWN = Set.of("home", "conf", "verticles", "only", "data", "port", "once");
    private static final int HIGHEST_BASE_PORT = 65526;

    static Arguments parse(String... args) {
        Map<String, String> given = read(args);
        Path home = Path.of(given.getOrDefault("home", "")).toAbsolutePath().normalize();
        String data = given.get("data");
        String port = given.get("port");
        return new Arguments(
                home,
                given.containsKey("conf") ? Path.of(given.get("conf")) : home.resolve("conf/embedded.json"),
                given.containsKey("verticles") ? Path.of(given.get("verticles")) : home.resolve("verticles"),
                given.containsKey("only") ? List.of(given.get("only").split(",")) : List.of(),
                data == null ? null : Path.of(data).toAbsolutePath().normalize(),
                port == null ? null : basePort(port),
                "true".equals(given.get("once")));
    }

    /** The settings that the options amount to. */
    JsonObject layer() {
        JsonObject layer = new JsonObject();
        if (data != null) {
            layer.put("data", data.toString());
        }
        if (port != null) {
            layer.put("http", new JsonObject().put("basePort", port));
        }
        return layer;
    }

    private static Map<String, String> read(String... args) {
        Map<String, String> given = new TreeMap<>();
        for (int i = 0; i < args.length; i++) {
            String[] nameAndValue = args[i].split("=", 2);
            String name = nameAndValue[0].startsWith("--") ? nameAndValue[0].substring(2) : "";
            if (!KNOWN.contains(name)) {
                throw new ConfigException(args[i] + ": unknown option; " + USAGE);
            }
            String value = nameAndValue.length == 2 ? nameAndValue[1] : ++i < args.length ? args[i] : "";
            if (value.isEmpty() || given.put(name, value) != null) {
                throw new ConfigException("--" + name + ": expected once, with a value; " + USAGE);
            }
        }
        return new HashMap<>(given);
    }

    private static int basePort(String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > HIGHEST_BASE_PORT) {
            throw new ConfigException("--port: \"" + text + "\" (expected: integer 0.." + HIGHEST_BASE_PORT + ")");
        }
        return Integer.parseInt(text);
    }
}
