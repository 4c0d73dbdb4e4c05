package io.assay.platform;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Where a stage listens: {@code http.host}, {@code http.basePort} plus the descriptor's {@code portOffset}.
 *
 * @param port 0 means any free port, to be read from {@link HttpService#port}
 * @param trustedProxies addresses whose {@code X-Forwarded-For} is believed
 * @param patience how many connections it holds, and how long
 */
public record HttpConfig(String host, int port, List<String> trustedProxies, Patience patience) {
    /** How long a process that ends goes on serving after it said so, for whoever sends it requests to notice. */
    public static long drainMillis(JsonObject config) {
        return Settings.of(config).section("http").longInteger("drainMillis", 0, 600_000, 0);
    }

    /** With the usual patience. */
    public HttpConfig(String host, int port, List<String> trustedProxies) {
        this(host, port, trustedProxies, Patience.USUAL);
    }

    /**
     * What a client may take of a server.
     *
     * @param connections how many a server holds; beyond that the one that idles longest yields to a new one
     * @param headSeconds from the connection to the end of the first request's head
     * @param requestSeconds from a request's head to the end of its answer
     * @param idleSeconds from an answer to the next request's head
     */
    public record Patience(int connections, int headSeconds, int requestSeconds, int idleSeconds) {
        static final Patience USUAL = new Patience(5_000, 10, 60, 75);

        private static Patience from(Settings http) {
            return new Patience(
                    http.integer("maxConnections", 1, 1_000_000, USUAL.connections),
                    http.integer("headSeconds", 1, 600, USUAL.headSeconds),
                    http.integer("requestSeconds", 1, 600, USUAL.requestSeconds),
                    http.integer("idleSeconds", 1, 600, USUAL.idleSeconds));
        }
    }

    /** Reads the section {@code http} and {@code portOffset} of a verticle's configuration. */
    public static HttpConfig from(JsonObject config) {
        Settings all = Settings.of(config);
        Settings http = all.section("http")
                .only(
                        "host",
                        "basePort",
                        "trustedProxies",
                        "drainMillis",
                        "maxConnections",
                        "headSeconds",
                        "requestSeconds",
                        "idleSeconds");
        int base = http.integer("basePort", 0, 65526, 8080);
        int offset = all.integer("portOffset", 0, 9);
        return new HttpConfig(
                http.string("host", "127.0.0.1"),
                base == 0 ? 0 : base + offset,
                http.strings("trustedProxies"),
                Patience.from(http));
    }
}
