package io.assay;

import static io.assay.Manifests.elements;
import static io.assay.Manifests.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.assay.Manifests.Document;
import io.assay.platform.HttpConfig;
import io.assay.platform.HttpService;
import io.assay.platform.ManagementVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pods of {@code k8s/} as the process sees them: its arguments, variables, files and ports are what it reads. */
@ExtendWith(VertxExtension.class)
class PodsTest {
    @TempDir
    Path folder;

    private final Manifests manifests = Manifests.read();

    PodsTest() throws IOException {}

    static Stream<Document> deployments() throws IOException {
        return Manifests.read().all("Deployment").stream();
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void aPodRunsItsRoleAndTheManagementPortOnThePortsThatItDeclares(Document deployment) throws IOException {
        Configuration configuration = configuration(deployment);
        Map<String, Integer> ports = new TreeMap<>();
        for (VerticleDescriptor verticle : verticles(deployment)) {
            if (verticle.portOffset() >= 0) {
                HttpConfig http = HttpConfig.from(configuration.forVerticle(verticle));
                assertThat(http.host()).isEqualTo("0.0.0.0");
                ports.put(verticle.name().equals("management") ? "management" : "http", http.port());
            }
        }
        Cluster cluster = Cluster.from(configuration.json());
        ports.put("hazelcast", cluster.port());
        ports.put("event-bus", cluster.eventBusPort());
        Map<String, Integer> declared = new TreeMap<>();
        container(deployment)
                .path("ports")
                .forEach(port -> declared.put(
                        port.path("name").asText(), port.path("containerPort").asInt()));
        assertThat(declared).isEqualTo(ports);
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void aPodRunsNoOtherRole(Document deployment) throws IOException {
        String role = deployment.name().substring("assay-".length());
        assertThat(verticles(deployment))
                .extracting(VerticleDescriptor::name)
                .containsExactlyInAnyOrder(role, "management");
        assertThat(deployment
                        .at("/metadata/labels/app.kubernetes.io~1component")
                        .asText())
                .isEqualTo(role);
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void everyVariableOfAPodIsOneThatIsRead(Document deployment) {
        for (JsonNode variable : container(deployment).path("env")) {
            String name = variable.path("name").asText();
            assertThat(Environment.layer(Map.of(name, "1"))).as(name).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void nodesLookForEachOtherUnderTheNameOfAllPods(Document deployment) throws IOException {
        Document members = manifests.all("Service").stream()
                .filter(service -> service.name().equals("assay-members"))
                .findFirst()
                .orElseThrow();
        Cluster cluster = Cluster.from(configuration(deployment).json());
        assertThat(cluster.service()).isEqualTo(members.name());
        assertThat(members.at("/spec/clusterIP").asText()).isEqualTo("None");
        assertThat(members.at("/spec/publishNotReadyAddresses").asBoolean())
                .as("a node joins before it is ready")
                .isTrue();
        assertThat(cluster.host()).isEqualTo("status.podIP");
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void theDataFolderCanBeWrittenTo(Document deployment) {
        String data = String.valueOf(arguments(deployment).data());
        assertThat(volumeOf(deployment, data).has("emptyDir")).isTrue();
    }

    @Test
    void everyProbeAsksForAPathThatExists(Vertx vertx, VertxTestContext test) throws IOException {
        List<String> paths = deployments()
                .map(PodsTest::container)
                .flatMap(pod -> Stream.of("startupProbe", "livenessProbe", "readinessProbe")
                        .map(pod::path))
                .map(probe -> probe.at("/httpGet/path").asText())
                .distinct()
                .toList();
        JsonObject config = new JsonObject()
                .put("http", new JsonObject().put("basePort", 0))
                .put("portOffset", 9);
        HttpClient client = vertx.createHttpClient();
        vertx.deployVerticle(new ManagementVerticle(), new DeploymentOptions().setConfig(config))
                .compose(id -> Future.all(
                        paths.stream().map(path -> status(vertx, client, path)).toList()))
                .onComplete(test.succeeding(statuses -> test.verify(() -> {
                    assertThat(statuses.<Integer>list()).hasSameSizeAs(paths).containsOnly(200);
                    test.completeNow();
                })));
    }

    private static Future<Integer> status(Vertx vertx, HttpClient client, String path) {
        return client.request(HttpMethod.GET, HttpService.port(vertx, "management"), "127.0.0.1", path)
                .compose(request -> request.send().map(HttpClientResponse::statusCode));
    }

    /** The settings of the pod; a value that the cluster fills in stands there by the name of its source. */
    private Configuration configuration(Document deployment) {
        Map<String, String> environment = new HashMap<>();
        for (JsonNode variable : container(deployment).path("env")) {
            JsonNode source = variable.path("valueFrom");
            environment.put(
                    variable.path("name").asText(),
                    variable.path("value").asText()
                            + source.at("/fieldRef/fieldPath").asText()
                            + source.at("/secretKeyRef/key").asText());
        }
        Path conf = arguments(deployment).conf();
        List<Path> files = manifests
                .configMaps()
                .get(volumeOf(deployment, conf.toString()).at("/configMap/name").asText());
        Path file = files.stream()
                .filter(candidate -> candidate.endsWith(conf.getFileName()))
                .findFirst()
                .orElseThrow();
        return Configuration.base(Path.of("conf/config.json"))
                .with(file)
                .with(Environment.layer(environment), "")
                .with(arguments(deployment).layer(), "");
    }

    /** What the process finds in the folder that it is given. */
    private List<VerticleDescriptor> verticles(Document deployment) throws IOException {
        String given = arguments(deployment).verticles().toString();
        for (Path file : manifests
                .configMaps()
                .get(volumeOf(deployment, given).at("/configMap/name").asText())) {
            Files.copy(file, folder.resolve(file.getFileName()));
        }
        return VerticleFolder.load(folder, List.of());
    }

    private static Arguments arguments(Document deployment) {
        return Arguments.parse(texts(container(deployment).path("args")).toArray(String[]::new));
    }

    private static JsonNode container(Document deployment) {
        return deployment.at("/spec/template/spec/containers/0");
    }

    /** The volume that a path of the pod is in. */
    private static JsonNode volumeOf(Document deployment, String path) {
        String name = elements(container(deployment).path("volumeMounts"))
                .filter(mount ->
                        Path.of(path).startsWith(mount.path("mountPath").asText()))
                .map(mount -> mount.path("name").asText())
                .findFirst()
                .orElseThrow();
        return elements(deployment.at("/spec/template/spec/volumes"))
                .filter(volume -> volume.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
