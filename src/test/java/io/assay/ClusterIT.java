package io.assay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.assay.testkit.Eventually;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes in processes of their own, with addresses of their own. */
class ClusterIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String LISTEN = "0A";

    @TempDir
    Path folder;

    private final List<ClusterProcess> nodes = new ArrayList<>();

    @AfterEach
    void stop() {
        nodes.forEach(ClusterProcess::close);
    }

    @Test
    void nodesFindEachOtherByANameThatStandsForAllOfThem() throws Exception {
        int port = freePort();
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.2 assay-members\n127.0.0.3 assay-members\n");
        for (String host : List.of("127.0.0.2", "127.0.0.3")) {
            JsonObject cluster =
                    cluster(host, port).put("discovery", "kubernetes").put("service", "assay-members");
            nodes.add(ClusterProcess.start(cluster, "-Djdk.net.hosts.file=" + hosts));
        }
        awaitMembers(2);
        assertHeard(0, 1, "by name");
    }

    @Test
    void nothingOfTheClusterListensOnAnyOtherAddress() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/net/tcp")), "a list of listening sockets");
        int port = freePort();
        nodes.add(ClusterProcess.start(cluster("127.0.0.2", port)));
        awaitMembers(1);
        Set<String> listening = listening(nodes.get(0).pid());
        assertThat(listening)
                .hasSize(2)
                .allMatch(address -> address.startsWith("127.0.0.2:"))
                .contains("127.0.0.2:" + port);
        new Socket("127.0.0.2", port).close();
        assertThatThrownBy(() -> new Socket("127.0.0.1", port)).isInstanceOf(IOException.class);
    }

    @Test
    void aNodeThatHungForLongerThanTheOthersWaitedHearsThemAgain() throws Exception {
        List<String> hosts = List.of("127.0.0.2", "127.0.0.3", "127.0.0.4");
        int port = freePort();
        JsonArray members =
                new JsonArray(hosts.stream().map(host -> host + ":" + port).toList());
        for (String host : hosts) {
            nodes.add(ClusterProcess.start(cluster(host, port).put("members", members)));
        }
        awaitMembers(3);
        assertHeard(0, 2, "before");
        nodes.get(2).signal("STOP");
        try {
            Eventually.within(PATIENCE, () -> assertMembers(0, 2));
            assertHeard(0, 1, "meanwhile");
        } finally {
            nodes.get(2).signal("CONT");
        }
        Eventually.within(PATIENCE, () -> {
            for (int node = 0; node < 3; node++) {
                assertMembers(node, 3);
            }
        });
        assertHeard(0, 2, "after");
        assertHeard(2, 0, "back");
    }

    private static JsonObject cluster(String host, int port) {
        return new JsonObject().put("host", host).put("port", port).put("startSeconds", 50);
    }

    private void awaitMembers(int count) throws Exception {
        Eventually.within(PATIENCE, () -> {
            for (int node = 0; node < nodes.size(); node++) {
                assertMembers(node, count);
            }
        });
    }

    private void assertMembers(int node, int count) throws IOException {
        ClusterProcess process = nodes.get(node);
        long asked = process.lines().stream()
                .filter(line -> line.startsWith("members"))
                .count();
        process.tell("members");
        List<String> answers = awaitAnswers(process, asked);
        assertThat(answers.get(answers.size() - 1)).isEqualTo("members " + count);
    }

    private static List<String> awaitAnswers(ClusterProcess process, long before) throws IOException {
        try {
            List<String> answers = new ArrayList<>();
            Eventually.within(Duration.ofSeconds(20), () -> {
                answers.clear();
                process.lines().stream()
                        .filter(line -> line.startsWith("members"))
                        .forEach(answers::add);
                assertThat(answers).as(process.lines().toString()).hasSizeGreaterThan((int) before);
            });
            return answers;
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Delivery is best effort: said again and again, it has to be heard. */
    private void assertHeard(int from, int to, String news) throws Exception {
        Eventually.within(PATIENCE, () -> {
            nodes.get(from).tell("say " + news);
            Eventually.within(
                    Duration.ofMillis(500),
                    () -> assertThat(nodes.get(to).lines()).contains("heard " + news));
        });
    }

    /** Free on all addresses. */
    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    /** Where a process listens, as the system says. */
    private static Set<String> listening(long pid) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path file : files.toList()) {
                String target = Files.readSymbolicLink(file).toString();
                if (target.startsWith("socket:[")) {
                    inodes.add(target.substring(8, target.length() - 1));
                }
            }
        }
        Set<String> found = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] words = line.strip().split("\\s+");
                if (words[3].equals(LISTEN) && inodes.contains(words[9])) {
                    found.add(address(words[1]));
                }
            }
        }
        return found;
    }

    /** {@code 0200007F:1F90}, or the same with 24 digits before it, is 127.0.0.2:8080. */
    private static String address(String hex) {
        String host = hex.substring(0, hex.indexOf(':'));
        String last = host.substring(host.length() - 8);
        StringBuilder text = new StringBuilder();
        for (int i = 6; i >= 0; i -= 2) {
            text.append(Integer.parseInt(last.substring(i, i + 2), 16)).append(i == 0 ? ":" : ".");
        }
        return text.append(Integer.parseInt(hex.substring(hex.indexOf(':') + 1), 16))
                .toString();
    }
}
