package io.assay;

import io.assay.platform.ConfigException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** The environment variables that Assay reads, all of them, and the settings they stand for. */
final class Environment {
    private enum Kind {
        TEXT,
        INTEGER,
        LIST
    }

    private record Variable(String name, String path, Kind kind) {}

    private static final List<Variable> VARIABLES = List.of(
            new Variable("ASSAY_KEYS_DIR", "keysDir", Kind.TEXT),
            new Variable("ASSAY_LOG_FORMAT", "log.format", Kind.TEXT),
            new Variable("ASSAY_HTTP_HOST", "http.host", Kind.TEXT),
            new Variable("ASSAY_HTTP_BASE_PORT", "http.basePort", Kind.INTEGER),
            new Variable("ASSAY_HTTP_TRUSTED_PROXIES", "http.trustedProxies", Kind.LIST),
            new Variable("ASSAY_DOOR_TRUSTED_PROXIES", "door.trustedProxies", Kind.LIST),
            new Variable("ASSAY_POSTGRES_HOST", "postgres.host", Kind.TEXT),
            new Variable("ASSAY_POSTGRES_PORT", "postgres.port", Kind.INTEGER),
            new Variable("ASSAY_POSTGRES_DATABASE", "postgres.database", Kind.TEXT),
            new Variable("ASSAY_POSTGRES_USER", "postgres.user", Kind.TEXT),
            new Variable("ASSAY_POSTGRES_PASSWORD", "postgres.password", Kind.TEXT),
            new Variable("ASSAY_ANALYTICS_STORE", "analytics.store", Kind.TEXT),
            new Variable("ASSAY_ANALYTICS_URI", "analytics.uri", Kind.TEXT),
            new Variable("ASSAY_ANALYTICS_HOST", "analytics.host", Kind.TEXT),
            new Variable("ASSAY_ANALYTICS_PORT", "analytics.port", Kind.INTEGER),
            new Variable("ASSAY_ANALYTICS_DATABASE", "analytics.database", Kind.TEXT),
            new Variable("ASSAY_ANALYTICS_USER", "analytics.user", Kind.TEXT),
            new Variable("ASSAY_ANALYTICS_PASSWORD", "analytics.password", Kind.TEXT),
            new Variable("ASSAY_REDIS_URI", "redis.uri", Kind.TEXT),
            new Variable("ASSAY_KAFKA_BOOTSTRAP", "kafka.bootstrap", Kind.TEXT),
            new Variable("ASSAY_CLUSTER_HOST", "cluster.host", Kind.TEXT),
            new Variable("ASSAY_CLUSTER_PORT", "cluster.port", Kind.INTEGER),
            new Variable("ASSAY_CLUSTER_DISCOVERY", "cluster.discovery", Kind.TEXT),
            new Variable("ASSAY_CLUSTER_SERVICE", "cluster.service", Kind.TEXT),
            new Variable("ASSAY_CLUSTER_MEMBERS", "cluster.members", Kind.LIST));

    private Environment() {}

    /** The layer that the variables amount to; empty ones count as not set. */
    static JsonObject layer(Map<String, String> environment) {
        JsonObject layer = new JsonObject();
        for (Variable variable : VARIABLES) {
            String text = environment.getOrDefault(variable.name, "");
            if (!text.isEmpty()) {
                String path = variable.path;
                int dot = path.indexOf('.');
                JsonObject section = dot < 0 ? layer : section(layer, path.substring(0, dot));
                section.put(path.substring(dot + 1), value(variable, text));
            }
        }
        return layer;
    }

    private static JsonObject section(JsonObject layer, String name) {
        if (!layer.containsKey(name)) {
            layer.put(name, new JsonObject());
        }
        return layer.getJsonObject(name);
    }

    /** The variable that stands for a setting. */
    static String variableOf(String path) {
        return VARIABLES.stream()
                .filter(variable -> variable.path.equals(path))
                .map(Variable::name)
                .findFirst()
                .orElseThrow();
    }

    private static Object value(Variable variable, String text) {
        return switch (variable.kind) {
            case TEXT -> text;
            case LIST -> new JsonArray(List.of(text.strip().split("\\s*,\\s*")));
            case INTEGER -> integer(variable, text);
        };
    }

    private static int integer(Variable variable, String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw new ConfigException(variable.name + ": \"" + text + "\" (expected: integer)");
        }
        return Integer.parseInt(text);
    }
}
