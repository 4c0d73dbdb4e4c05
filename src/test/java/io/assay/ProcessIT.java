package io.assay;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.embedded.EmbeddedServers;
import io.assay.testkit.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path data;

    private final int basePort = AssayProcess.freeBasePort();

    @Test
    void itStartsStopsOnSigtermAndStartsAgainAlsoAfterAKill() throws Exception {
        String adminKey;
        try (AssayProcess first = AssayProcess.start(data, basePort).awaitReady()) {
            first.awaitReady(9);
            adminKey = Files.readString(data.resolve("keys/admin"));
            assertThat(statusOf(first, 0, "/experiments", adminKey)).isEqualTo(200);
            assertThat(statusOf(first, 0, "/experiments", "wrong")).isEqualTo(401);
            assertThat(statusOf(first, 9, "/metrics", "")).isEqualTo(200);
            assertThat(statusOf(first, 0, "/metrics", "")).isEqualTo(404);
            assertThat(first.output())
                    .contains("Assay is ready", "http://127.0.0.1:" + basePort, data + "/keys/")
                    .doesNotContain(adminKey.strip(), "\tat ");
            long begun = System.nanoTime();
            assertThat(first.terminate()).isEqualTo(143);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
            assertThat(serversOf(data)).isEmpty();
        }
        try (AssayProcess second = AssayProcess.start(data, basePort).awaitReady()) {
            assertThat(statusOf(second, 0, "/experiments", adminKey)).isEqualTo(200);
            second.kill();
            assertThat(serversOf(data)).as("what a kill leaves behind").isNotEmpty();
        }
        try (AssayProcess third = AssayProcess.start(data, basePort).awaitReady()) {
            assertThat(statusOf(third, 0, "/experiments", adminKey)).isEqualTo(200);
        }
        assertThat(serversOf(data)).isEmpty();
    }

    @Test
    void keyFilesAreReadableByTheirOwnerOnly() throws Exception {
        try (AssayProcess process = AssayProcess.start(data, basePort).awaitReady()) {
            for (String scope : List.of("admin", "read", "server", "client")) {
                Path key = data.resolve("keys").resolve(scope);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                        .as(key.toString())
                        .isEqualTo("rw-------");
            }
            assertThat(process.output()).contains("keys");
        }
    }

    @Test
    void aBusyPortIsToldByItsNumberBeforeAnythingStarts() throws Exception {
        try (ServerSocket busy = new ServerSocket(basePort + 9, 1, InetAddress.getLoopbackAddress());
                AssayProcess process = AssayProcess.start(data, basePort)) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(process.output().strip())
                    .isEqualTo("assay: port " + busy.getLocalPort()
                            + " on 127.0.0.1 is busy (management needs it): stop what listens there, "
                            + "or choose another base port with --port N");
            assertThat(data.resolve("postgres")).doesNotExist();
        }
    }

    @Test
    void aFolderInUseIsToldWithWhoUsesIt() throws Exception {
        try (EmbeddedServers owner = EmbeddedServers.open(data);
                AssayProcess process = AssayProcess.start(data, basePort)) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(process.output())
                    .contains(
                            "is in use by another Assay",
                            "" + ProcessHandle.current().pid());
        }
    }

    @Test
    void aMistypedOptionEndsTheStartWithFileAndPath() throws Exception {
        Path verticles = Files.createDirectory(data.resolve("verticles"));
        Files.writeString(
                verticles.resolve("assignment.json"),
                "{\"main\":\"io.assay.platform.ManagementVerticle\",\"options\":{\"instances\":\"4\"}}");
        try (AssayProcess process = AssayProcess.start(data, basePort, "--verticles", verticles.toString())) {
            assertThat(process.awaitExit(PATIENCE)).isEqualTo(2);
            assertThat(process.output().strip())
                    .isEqualTo("assay: verticles/assignment.json: options.instances: \"4\" (expected: integer ≥ 1)");
        }
    }

    @Test
    void severalInstancesShareOnePort() throws Exception {
        Path verticles = Files.createDirectory(data.resolve("verticles"));
        Files.writeString(
                verticles.resolve("management.json"),
                """
                {"main":"io.assay.platform.ManagementVerticle",
                 "options":{"instances":4,"config":{"portOffset":9}}}""");
        Path alone = Files.writeString(data.resolve("alone.json"), "{\"cluster\":{\"enabled\":false}}");
        try (AssayProcess process =
                AssayProcess.start(data, basePort, "--verticles", verticles.toString(), "--conf", alone.toString())) {
            process.awaitReady(9);
            for (int i = 0; i < 8; i++) {
                assertThat(statusOf(process, 9, "/health/live", "")).isEqualTo(200);
            }
        }
    }

    @Test
    void aNodeThatGoesOnWithoutItsClusterShowsItsMeters() throws Exception {
        String conf = "{\"cluster\":{\"startSeconds\":1,\"port\":%d},\"http\":{\"basePort\":%d},\"data\":\"%s\"}"
                .formatted(basePort + 6, basePort, data);
        Path file = Files.writeString(data.resolve("late.json"), conf);
        try (AssayProcess process =
                AssayProcess.start(data, basePort, "--only", "assignment,management", "--conf", file.toString())) {
            process.awaitReady(9);
            HttpRequest request =
                    HttpRequest.newBuilder(process.uri(9, "/metrics")).build();
            Eventually.within(PATIENCE, () -> assertThat(process.output()).contains("Assay is"));
            assertThat(HttpClient.newHttpClient()
                            .send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .contains("assay_snapshot_version{kind=\"config\"}");
        }
    }

    private static int statusOf(AssayProcess process, int portOffset, String path, String key)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(process.uri(portOffset, path))
                .header("X-API-Key", key.strip())
                .timeout(Duration.ofSeconds(30))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static List<Long> serversOf(Path data) throws IOException {
        String home = data.toRealPath() + "/";
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").startsWith(home))
                .map(ProcessHandle::pid)
                .toList();
    }
}
