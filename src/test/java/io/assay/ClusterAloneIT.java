package io.assay;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.testkit.Eventually;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node that does not get the others: it waits a while, not for ever, and serves. */
class ClusterAloneIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<ClusterProcess> nodes = new ArrayList<>();

    @AfterEach
    void stop() {
        nodes.forEach(ClusterProcess::close);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    private ClusterProcess start(String host, int port, int seconds, String... members) throws IOException {
        JsonArray others = new JsonArray(List.of(members));
        ClusterProcess node = ClusterProcess.start(new JsonObject()
                .put("host", host)
                .put("port", port)
                .put("members", others)
                .put("startSeconds", seconds));
        nodes.add(node);
        return node;
    }

    private static void awaitMembers(ClusterProcess node, int count) throws Exception {
        Eventually.within(PATIENCE, () -> {
            node.tell("members");
            Eventually.within(
                    Duration.ofSeconds(1), () -> assertThat(node.lines()).contains("members " + count));
        });
    }

    @Test
    void aNodeThatFindsNobodyIsFoundByThoseWhoComeLater() throws Exception {
        int port = freePort();
        String first = "127.0.0.2:" + port;
        String second = "127.0.0.3:" + port;
        ClusterProcess early = start("127.0.0.2", port, 50, first, second);
        awaitMembers(early, 1);
        ClusterProcess late = start("127.0.0.3", port, 50, first, second);
        awaitMembers(late, 2);
        awaitMembers(early, 2);
    }

    @Test
    void aNodeWhoseAddressIsTakenGoesOnAlone() throws Exception {
        int port = freePort();
        try (ServerSocket taken = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.2"))) {
            ClusterProcess node = start("127.0.0.2", taken.getLocalPort(), 50);
            awaitMembers(node, 0);
            assertThat(node.lines()).anyMatch(line -> line.contains("this node goes on alone"));
        }
    }

    @Test
    void aNodeAmongMembersThatAcceptConnectionsAndSayNothingGoesOnAloneInTime() throws Exception {
        int port = freePort();
        ClusterProcess node;
        try (ServerSocket hanging = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.9"))) {
            long begun = System.nanoTime();
            node = start("127.0.0.2", port, 5, "127.0.0.9:" + hanging.getLocalPort());
            awaitMembers(node, 0);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(40));
            assertThat(node.lines()).anyMatch(line -> line.contains("this node goes on alone"));
        }
        Eventually.within(
                PATIENCE, () -> assertThat(node.lines()).anyMatch(line -> line.contains("too late and was left")));
        node.tell("meters");
        Eventually.within(Duration.ofSeconds(10), () -> assertThat(node.lines())
                .contains("assay_cluster_members 0.0")
                .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{")));
    }
}
