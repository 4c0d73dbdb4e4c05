package io.assay;

import io.assay.platform.ConfigException;
import io.assay.platform.Meters;
import io.assay.platform.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vert.x with its cluster of nodes. They find each other by a plain list of addresses or by a name that stands for all of
 * them; nothing is searched for on the network. A node that finds nobody is a cluster of one, which the others join when they
 * come. A node whose cluster does not come up in time, because its address is taken or members hang, goes on alone until it is
 * started again: everything that the bus announces is polled as well.
 *
 * @param host the address of this node; nothing of the cluster listens on any other
 * @param port of Hazelcast on it
 * @param members {@code host:port} of nodes to join; this one may stand among them
 * @param service the name whose addresses are the nodes, all at {@code port}; null unless {@code discovery} is Kubernetes
 * @param eventBusPort 0 is any free one
 * @param outside where the others reach this node, as far as that is somewhere else
 * @param startSeconds how long to wait for the cluster
 */
record Cluster(
        boolean enabled,
        String host,
        int port,
        List<String> members,
        @Nullable String service,
        int eventBusPort,
        Outside outside,
        int startSeconds) {
    private static final Logger log = LoggerFactory.getLogger(Cluster.class);
    private static final String ALONE = "alone";
    private static final int CONNECT_MILLIS = 2_000;
    private static final int PING_MILLIS = 5_000;
    private static final String HOST = "[^:\\s]+|\\[[0-9a-fA-F:]+]";

    /** The address of this node as seen from beyond a proxy or a translation of addresses; null and 0 are as inside. */
    record Outside(@Nullable String host, int port, int eventBusPort) {}

    private enum Discovery {
        TCP,
        KUBERNETES
    }

    static Cluster from(JsonObject config) {
        // announce is read by those who announce
        Settings cluster = Settings.of(config)
                .section("cluster")
                .only(
                        "enabled",
                        "host",
                        "port",
                        "discovery",
                        "members",
                        "service",
                        "eventBusPort",
                        "publicHost",
                        "publicPort",
                        "publicEventBusPort",
                        "announce",
                        "startSeconds");
        List<String> members = cluster.strings("members");
        String service = cluster.stringOrNull("service");
        boolean byName = discovery(cluster) == Discovery.KUBERNETES;
        if (byName && service == null) {
            throw cluster.refused("service", "the name of the headless service, with discovery kubernetes");
        }
        if (byName && !members.isEmpty()) {
            throw cluster.refused("members", "none with discovery kubernetes");
        }
        return new Cluster(
                cluster.bool("enabled", true),
                cluster.string("host", "127.0.0.1"),
                cluster.integer("port", 1, 65535, 5701),
                members,
                byName ? service : null,
                cluster.integer("eventBusPort", 0, 65535, 0),
                new Outside(
                        cluster.stringOrNull("publicHost"),
                        cluster.integer("publicPort", 0, 65535, 0),
                        cluster.integer("publicEventBusPort", 0, 65535, 0)),
                cluster.integer("startSeconds", 1, 600, 10));
    }

    private static Discovery discovery(Settings cluster) {
        try {
            return Discovery.valueOf(cluster.string("discovery", "tcp").toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw cluster.refused("discovery", "tcp or kubernetes");
        }
    }

    Cluster {
        for (String member : members) {
            if (!member.matches("(" + HOST + ")(:[0-9]{1,5})?")) {
                throw new ConfigException("cluster.members: \"" + member + "\" (expected: host:port)");
            }
        }
    }

    /** The Vert.x of this process, in the cluster if that is wanted and can be had. */
    Future<Vertx> start(VertxOptions options) {
        options.setMetricsOptions(Meters.options());
        if (!enabled) {
            return Future.succeededFuture(
                    Vertx.builder().with(options).withMetrics(metrics()).build());
        }
        eventBus(options.getEventBusOptions());
        HazelcastClusterManager hazelcast = new HazelcastClusterManager(HazelcastMember.config(this));
        Future<Vertx> clustered = Vertx.builder()
                .with(options)
                .withMetrics(metrics())
                .withClusterManager(hazelcast)
                .buildClustered();
        Future<Vertx> inTime = clustered
                .timeout(startSeconds, TimeUnit.SECONDS)
                .onSuccess(vertx -> members(() -> hazelcast.getNodes().size()));
        return inTime.recover(e -> {
            log.warn("No cluster at {}:{}; this node goes on alone: {}", host, port, e.toString());
            clustered
                    .compose(late -> late.close().onFailure(f -> log.warn("A late cluster can't be left", f)))
                    .onSuccess(left -> log.info("The cluster came up too late and was left again"));
            return Future.succeededFuture(alone(options));
        });
    }

    /** With meters of its own: those of the late cluster end with it. */
    private static Vertx alone(VertxOptions options) {
        Meters.use(ALONE);
        options.setMetricsOptions(Meters.options());
        Vertx alone = Vertx.builder().with(options).withMetrics(metrics()).build();
        members(() -> 0);
        return alone;
    }

    /** A peer that hangs is noticed in seconds: what is sent to it until then is lost, and found by polling. */
    private void eventBus(EventBusOptions bus) {
        bus.setHost(host)
                .setPort(eventBusPort)
                .setConnectTimeout(CONNECT_MILLIS)
                .setClusterPingInterval(PING_MILLIS)
                .setClusterPingReplyInterval(PING_MILLIS);
        if (outside.host() != null) {
            bus.setClusterPublicHost(outside.host());
        }
        if (outside.eventBusPort() > 0) {
            bus.setClusterPublicPort(outside.eventBusPort());
        }
    }

    private static void members(Supplier<Number> count) {
        Gauge.builder("assay.cluster.members", count)
                .description(
                        "Nodes of the cluster that this one sees, itself included; 0 if its own did not come up in time")
                .register(Meters.registry());
    }

    private static MicrometerMetricsFactory metrics() {
        return new MicrometerMetricsFactory(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }
}
