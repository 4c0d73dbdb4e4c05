package io.assay;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import io.assay.platform.ConfigException;
import io.assay.platform.Settings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.micrometer.VertxPrometheusOptions;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vert.x with its cluster of nodes. The members are a plain list of addresses; nothing is searched for on the network.
 * A node whose cluster does not come up in time goes on alone: everything that the bus announces is polled as well.
 *
 * @param host the address of this node that the others reach
 * @param port of Hazelcast on it
 * @param members {@code host:port} of nodes to join; this one may stand among them
 * @param eventBusPort 0 is any free one
 * @param startSeconds how long to wait for the cluster
 */
record Cluster(boolean enabled, String host, int port, List<String> members, int eventBusPort, int startSeconds) {
    private static final Logger log = LoggerFactory.getLogger(Cluster.class);

    static Cluster from(JsonObject config) {
        Settings cluster = Settings.of(config)
                .section("cluster")
                .only("enabled", "host", "port", "members", "eventBusPort", "startSeconds", "announce");
        return new Cluster(
                cluster.bool("enabled", true),
                cluster.string("host", "127.0.0.1"),
                cluster.integer("port", 1, 65535, 5701),
                cluster.strings("members"),
                cluster.integer("eventBusPort", 0, 65535, 0),
                cluster.integer("startSeconds", 1, 600, 10));
    }

    Cluster {
        for (String member : members) {
            if (!member.matches("[^:\\s]+(:[0-9]{1,5})?|\\[[0-9a-fA-F:]+](:[0-9]{1,5})?")) {
                throw new ConfigException("cluster.members: \"" + member + "\" (expected: host:port)");
            }
        }
    }

    /** The Vert.x of this process, in the cluster if that is wanted and can be had. */
    Future<Vertx> start(VertxOptions options) {
        options.setMetricsOptions(new MicrometerMetricsOptions()
                .setPrometheusOptions(new VertxPrometheusOptions().setEnabled(true))
                // no label that a caller can make up: a method is any word to HTTP, and every word would be a meter
                .setLabels(EnumSet.of(Label.HTTP_CODE, Label.EB_SIDE, Label.POOL_TYPE, Label.POOL_NAME))
                .setJvmMetricsEnabled(true)
                .setEnabled(true));
        VertxBuilder alone = Vertx.builder().with(options).withMetrics(metrics());
        if (!enabled) {
            return Future.succeededFuture(alone.build());
        }
        options.getEventBusOptions().setHost(host).setPort(eventBusPort);
        HazelcastClusterManager hazelcast = new HazelcastClusterManager(hazelcast());
        Future<Vertx> clustered = Vertx.builder()
                .with(options)
                .withMetrics(metrics())
                .withClusterManager(hazelcast)
                .buildClustered();
        return clustered.timeout(startSeconds, TimeUnit.SECONDS).recover(e -> {
            log.warn("No cluster at {}:{}; this node goes on alone: {}", host, port, e.toString());
            clustered.onSuccess(late -> late.close().onFailure(f -> log.warn("A late cluster can't be left", f)));
            return Future.succeededFuture(alone.build());
        });
    }

    private static MicrometerMetricsFactory metrics() {
        return new MicrometerMetricsFactory(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }

    private Config hazelcast() {
        System.setProperty("hazelcast.logging.type", "slf4j"); // also what it says before it reads a configuration
        Config config = ConfigUtil.loadConfig();
        config.setClusterName("assay")
                .setProperty("hazelcast.socket.bind.any", "false")
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.wait.seconds.before.join", "0")
                .setProperty("hazelcast.heartbeat.interval.seconds", "1")
                .setProperty("hazelcast.max.no.heartbeat.seconds", "5")
                .setProperty("hazelcast.merge.first.run.delay.seconds", "10")
                .setProperty("hazelcast.merge.next.run.delay.seconds", "10");
        NetworkConfig network = config.getNetworkConfig();
        network.setPort(port).setPortAutoIncrement(false);
        network.getInterfaces().setEnabled(true).addInterface(host);
        JoinConfig join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).addMember(host + ":" + port);
        members.forEach(join.getTcpIpConfig()::addMember);
        return config;
    }
}
