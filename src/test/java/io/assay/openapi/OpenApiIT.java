package io.assay.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.assay.catalog.Catalog;
import io.assay.catalog.ExperimentJson;
import io.assay.catalog.Revision;
import io.assay.catalog.StoredExperiment;
import io.assay.embedded.EmbeddedServers.Kind;
import io.assay.embedded.SharedServers;
import io.assay.engine.Attributes;
import io.assay.platform.HttpService;
import io.assay.protocol.Json;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.contract.OpenAPIContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The description of the interface and the routes that all shipped verticles register are the same. */
class OpenApiIT {
    private static final Path OPENAPI = Path.of("src/main/resources/openapi.yaml");
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    /** For operators, on the management port only. */
    private static final Set<String> UNDESCRIBED = Set.of("GET /metrics");

    private static JsonNode description() throws IOException {
        return new YAMLMapper(new YAMLFactory()).readTree(OPENAPI.toFile());
    }

    private static OpenAPIContract contract(Vertx vertx) throws IOException {
        String json = new ObjectMapper()
                .writeValueAsString(description())
                .replace("application/problem+json", "application/json") // the tool knows few media types
                .replace("application/merge-patch+json", "application/hal+json")
                .replace("application/yaml", "text/plain")
                .replace("text/csv", "text/plain");
        return OpenAPIContract.from(vertx, new JsonObject(json)).await();
    }

    private static Set<String> described() throws IOException {
        Set<String> routes = new TreeSet<>();
        description().get("paths").fields().forEachRemaining(path -> path.getValue()
                .fieldNames()
                .forEachRemaining(method -> {
                    if (METHODS.contains(method)) {
                        routes.add(method.toUpperCase(Locale.ROOT) + " "
                                + path.getKey().replaceAll("\\{[a-z_]+}", "{}"));
                    }
                }));
        return routes;
    }

    private static Set<String> registered(Vertx vertx) {
        return HttpService.routes(vertx).stream()
                .filter(route -> !route.startsWith("HEAD ") && !UNDESCRIBED.contains(route))
                .map(route -> route.replaceAll(":[a-zA-Z_]+", "{}"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static JsonObject config(Path data) throws IOException {
        JsonObject config = new JsonObject(Files.readString(Path.of("conf/config.json")));
        config.mergeIn(SharedServers.with(Kind.values()).endpoints(), true);
        config.put("postgres", SharedServers.newDatabase()).put("data", data.toString());
        config.put("analytics", config.getJsonObject("postgres").copy());
        config.getJsonObject("http").put("basePort", 0);
        return config;
    }

    private static Future<String> deploy(Vertx vertx, Path descriptor, JsonObject config) throws IOException {
        JsonObject json = new JsonObject(Files.readString(descriptor));
        JsonObject options = json.getJsonObject("options");
        JsonObject merged = config.copy().mergeIn(options.getJsonObject("config", new JsonObject()), true);
        return vertx.deployVerticle(json.getString("main"), new DeploymentOptions(options).setConfig(merged));
    }

    @Test
    void everyRouteIsDescribedAndEveryDescriptionHasARoute(@TempDir Path data) throws Exception {
        Vertx vertx = Vertx.vertx();
        JsonObject config = config(data);
        List<Future<String>> deployed = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("verticles"))) {
            for (Path descriptor :
                    descriptors.filter(OpenApiIT::servesHttp).sorted().toList()) {
                deployed.add(deploy(vertx, descriptor, config));
            }
        }
        Future.all(deployed).await();
        assertThat(registered(vertx)).isEqualTo(described());
        vertx.close().await();
    }

    /** The join has no routes, and the door those of the others. */
    private static boolean servesHttp(Path descriptor) {
        String name = descriptor.getFileName().toString();
        return name.endsWith(".json") && !name.equals("metrics.json") && !name.equals("door.json");
    }

    @Test
    void theDescriptionIsWhatAnOpenApiToolUnderstands() throws Exception {
        Vertx vertx = Vertx.vertx();
        OpenAPIContract contract = contract(vertx);
        assertThat(contract.operations()).hasSameSizeAs(described());
        vertx.close().await();
    }

    @Test
    void whatIsShownIsWhatIsDescribed(@TempDir Path data) throws Exception {
        Vertx vertx = Vertx.vertx();
        OpenAPIContract contract = contract(vertx);
        Catalog catalog = Catalog.create(vertx, config(data));
        catalog.migrate().await();
        JsonObject request = new JsonObject(description()
                .at("/paths/~1experiments/post/requestBody/content/application~1json/example")
                .toString());
        StoredExperiment draft = catalog.experiments()
                .create(body(request.put("end", "2099-01-01T00:00:00Z")), "test")
                .await();
        assertFits(contract, "createExperiment", 201, draft);
        StoredExperiment active = catalog.experiments()
                .patch(draft.id(), Map.of("status", "active"), Revision.ANY, "test")
                .await();
        assertFits(contract, "patchExperiment", 200, active);
        assertFits(
                contract,
                "killExperiment",
                200,
                catalog.experiments().kill(draft.id(), Revision.ANY, "test").await());
        Map<String, Object> explained = catalog.experiments()
                .explain(draft.id(), "u1", new Attributes().add("platform", "web"))
                .await()
                .view();
        explained.put("first_exposure", Map.of("variant", "control", "at", "2026-03-01T09:00:00Z"));
        assertFits(contract, "explainUser", 200, explained);
        assertFits(
                contract,
                "createLayer",
                201,
                catalog.layers().create(Map.of("key", "shared"), "test").await());
        catalog.close().await();
        vertx.close().await();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> body(JsonObject json) {
        return (Map<String, Object>) Json.parse(json.encode().getBytes(StandardCharsets.UTF_8), Json.Limits.BODY);
    }

    private static void assertFits(OpenAPIContract contract, String operation, int status, StoredExperiment shown) {
        assertFits(contract, operation, status, ExperimentJson.view(shown));
    }

    private static void assertFits(OpenAPIContract contract, String operation, int status, Map<String, Object> shown) {
        JsonSchema schema = contract.operation(operation)
                .getResponse(status)
                .getContent()
                .get("application/json")
                .getSchema();
        JsonObject body = new JsonObject(Json.write(shown));
        OutputUnit result = contract.getSchemaRepository().validator(schema).validate(body);
        assertThat(result.getErrors()).isNull();
        assertThat(result.getValid()).isTrue();
        body.put("surprise", 1);
        assertThat(contract.getSchemaRepository()
                        .validator(schema)
                        .validate(body)
                        .getValid())
                .isFalse();
    }
}
