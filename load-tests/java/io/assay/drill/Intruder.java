package io.assay.drill;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.assay.AssayProcess;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A member of the nodes' cluster that is no node: it may read and write their documents as it likes. */
final class Intruder implements AutoCloseable {
    private final HazelcastInstance member;

    private Intruder(HazelcastInstance member) {
        this.member = member;
    }

    static Intruder join(List<Integer> ports) {
        System.setProperty("hazelcast.logging.type", "slf4j");
        int port = AssayProcess.freeBasePort();
        Config config = ConfigUtil.loadConfig();
        config.setClusterName("assay")
                .setProperty("hazelcast.socket.bind.any", "false")
                .setProperty("hazelcast.local.localAddress", "127.0.0.1")
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.wait.seconds.before.join", "0");
        // Vert.x takes every member for one of its own
        config.getMemberAttributeConfig()
                .setAttribute("__vertx.nodeId", UUID.randomUUID().toString());
        config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
        JoinConfig join = config.getNetworkConfig().getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true);
        ports.forEach(other -> join.getTcpIpConfig().addMember("127.0.0.1:" + other));
        return new Intruder(Hazelcast.newHazelcastInstance(config));
    }

    int members() {
        return member.getCluster().getMembers().size();
    }

    /** The documents by kind, as envelopes whose first line names kind, version and checksum. */
    Map<String, Object> documents() {
        return member.getReplicatedMap("assay.documents");
    }

    /** The version of the envelope that all members have of a document; 0 if there is none. */
    long version(String kind) {
        if (!(documents().get(kind) instanceof byte[] envelope)) {
            return 0;
        }
        String line = new String(envelope, StandardCharsets.ISO_8859_1);
        return Long.parseLong(line.substring(0, line.indexOf('\n')).split(" ")[2]);
    }

    @Override
    public void close() {
        member.shutdown();
    }
}
