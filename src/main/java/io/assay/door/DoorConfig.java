package io.assay.door;

import io.assay.platform.HttpConfig;
import io.assay.platform.Settings;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code door}.
 *
 * @param trustedProxies addresses whose {@code X-Forwarded-For} the door believes; a stage behind it believes the door
 * @param poolSize connections to each stage: as many as clients may send slowly at a time, so that they take none from others
 * @param idleSeconds how long a stage may say nothing before its request is given up
 * @param upstreams where each stage is; one that is not in here listens in this process on a port it chose itself
 */
record DoorConfig(List<String> trustedProxies, int poolSize, int idleSeconds, Map<Stage, SocketAddress> upstreams) {
    static DoorConfig from(JsonObject config) {
        Settings door =
                Settings.of(config).section("door").only("trustedProxies", "poolSize", "idleSeconds", "upstreams");
        Settings upstreams = door.section("upstreams");
        HttpConfig own = HttpConfig.from(config);
        Map<Stage, SocketAddress> addresses = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            SocketAddress address = address(upstreams, stage, own);
            if (address != null) {
                addresses.put(stage, address);
            }
        }
        return new DoorConfig(
                door.strings("trustedProxies"),
                door.integer("poolSize", 1, 10_000, 2_500),
                door.integer("idleSeconds", 1, 600, 30),
                Map.copyOf(addresses));
    }

    private static @Nullable SocketAddress address(Settings upstreams, Stage stage, HttpConfig own) {
        String given = upstreams.stringOrNull(stage.title());
        if (given != null) {
            if (!given.matches("[^:/\\s]+:[0-9]{1,5}")) {
                throw upstreams.refused(stage.title(), "host:port");
            }
            int colon = given.indexOf(':');
            return SocketAddress.inetSocketAddress(
                    Integer.parseInt(given.substring(colon + 1)), given.substring(0, colon));
        }
        if (own.port() == 0) {
            return null;
        }
        String host = own.host().equals("0.0.0.0") ? "127.0.0.1" : own.host();
        return SocketAddress.inetSocketAddress(own.port() + stage.portOffset(), host);
    }
}
