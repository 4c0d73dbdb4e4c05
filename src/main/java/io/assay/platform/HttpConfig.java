package io.assay.platform;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Where a stage listens: {@code http.host}, {@code http.basePort} plus the descriptor's {@code portOffset}.
 *
 * @param port 0 means any free port, to be read from {@link HttpService#port}
 * @param trustedProxies addresses whose {@code X-Forwarded-For} is believed
 */
public record HttpConfig(String host, int port, List<String> trustedProxies) {
    /** How long a process that ends goes on serving after it said so, for whoever sends it requests to notice. */
    public static long drainMillis(JsonObject config) {
        return Settings.of(config).section("http").longInteger("drainMillis", 0, 600_000, 0);
    }

    /** Reads the section {@code http} and {@code portOffset} of a verticle's configuration. */
    public static HttpConfig from(JsonObject config) {
        Settings all = Settings.of(config);
        Settings http = all.section("http").only("host", "basePort", "trustedProxies", "drainMillis");
        int base = http.integer("basePort", 0, 65526, 8080);
        int offset = all.integer("portOffset", 0, 9);
        return new HttpConfig(
                http.string("host", "127.0.0.1"), base == 0 ? 0 : base + offset, http.strings("trustedProxies"));
    }
}
