package io.assay;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import io.assay.snapshot.HigherVersion;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;

/** This node as a member of Hazelcast: it listens on one address, looks nowhere by itself, and tells nobody outside. */
final class HazelcastMember {
    private HazelcastMember() {}

    static Config config(Cluster cluster) {
        System.setProperty("hazelcast.logging.type", "slf4j"); // also what it says before it reads a configuration
        Config config = ConfigUtil.loadConfig();
        config.setClusterName("assay")
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.wait.seconds.before.join", "0")
                .setProperty("hazelcast.heartbeat.interval.seconds", "1")
                .setProperty("hazelcast.max.no.heartbeat.seconds", "5")
                .setProperty("hazelcast.merge.first.run.delay.seconds", "10")
                .setProperty("hazelcast.merge.next.run.delay.seconds", "10");
        listen(cluster, config);
        join(cluster, config.getNetworkConfig().getJoin());
        config.getSerializationConfig().setJavaSerializationFilterConfig(deserializable());
        HigherVersion.mergesDocuments(config);
        return config;
    }

    /** One address, for what comes in and for what goes out. */
    private static void listen(Cluster cluster, Config config) {
        config.setProperty("hazelcast.socket.bind.any", "false")
                .setProperty("hazelcast.local.localAddress", cluster.host());
        NetworkConfig network = config.getNetworkConfig();
        network.setPort(cluster.port()).setPortAutoIncrement(false);
        Cluster.Outside outside = cluster.outside();
        if (outside.host() != null || outside.port() > 0) {
            String host = outside.host() == null ? cluster.host() : outside.host();
            network.setPublicAddress(host + ":" + (outside.port() > 0 ? outside.port() : cluster.port()));
        }
    }

    private static void join(Cluster cluster, JoinConfig join) {
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        if (cluster.service() == null) {
            join.getTcpIpConfig().setEnabled(true).addMember(cluster.host() + ":" + cluster.port());
            cluster.members().forEach(join.getTcpIpConfig()::addMember);
        } else {
            // by DNS alone: no token, no call to the API server
            join.getKubernetesConfig()
                    .setEnabled(true)
                    .setProperty("service-dns", cluster.service())
                    .setProperty("service-dns-timeout", "3")
                    .setProperty("service-port", Integer.toString(cluster.port()));
        }
    }

    /*
     * Java serialization is what Hazelcast falls back to for a class that it does not know. Nothing of Assay or of Vert.x
     * crosses the cluster that way (documents are bytes, subscriptions and nodes write themselves), so what remains is
     * Hazelcast's own and the exceptions that it hands from member to member. The list that comes with the filter allows
     * every class whose name starts with "java", which is more than that.
     */
    private static JavaSerializationFilterConfig deserializable() {
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig().setDefaultsDisabled(true);
        filter.getWhitelist()
                .addPrefixes("com.hazelcast.", "[")
                .addPackages("java.lang", "java.util", "java.util.concurrent")
                .addClasses(
                        "java.io.EOFException",
                        "java.io.IOException",
                        "java.net.ConnectException",
                        "java.net.SocketException",
                        "java.net.SocketTimeoutException",
                        "java.net.UnknownHostException");
        return filter;
    }
}
