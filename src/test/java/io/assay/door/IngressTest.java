package io.assay.door;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.assay.Manifests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In a cluster the ingress takes the place of the door. */
class IngressTest {
    private final List<JsonNode> paths = Manifests.read().all("Ingress").stream()
            .flatMap(ingress -> Manifests.elements(ingress.at("/spec/rules/0/http/paths")))
            .sorted(Comparator.comparing(path -> -path.path("path").asText().length()))
            .toList();

    IngressTest() throws IOException {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/experiments",
                "/experiments/k3v9q0x1m2ab",
                "/experiments/results",
                "/experiments/k3v9q0x1m2ab/kill",
                "/experiments/k3v9q0x1m2ab/users/results",
                "/experiments/k3v9q0x1m2ab/results",
                "/experiments/k3v9q0x1m2ab/results/series",
                "/experiments/k3v9q0x1m2ab/resultsets",
                "/experiments/k3v9q0x1m2ab/audit",
                "/experiments/audit",
                "/experiments/k3v9q0x1m2ab/audit/x",
                "/experimental",
                "/layers",
                "/layers/checkout",
                "/metrics-definitions/revenue_30d",
                "/holdout",
                "/keys/7",
                "/users/u123",
                "/rebuild/flip",
                "/openapi.yaml",
                "/config",
                "/config/emergency",
                "/configuration",
                "/assignments",
                "/ofrep/v1/evaluate/flags",
                "/ofrep/v1/evaluate/flags/signup",
                "/events",
                "/metrics",
                "/health/ready",
                "/"
            })
    void theIngressRoutesLikeTheDoor(String path) {
        Stage stage = Stage.of(path);
        assertThat(service(path)).isEqualTo(stage == null ? "nobody" : "assay-" + stage.title());
    }

    @Test
    void everyPathOfTheDescriptionLeadsToAStage() throws IOException {
        List<String> described = new ArrayList<>();
        Manifests.yaml(Path.of("src/main/resources/openapi.yaml"))
                .path("paths")
                .fieldNames()
                .forEachRemaining(path -> {
                    if (!path.startsWith("/health/")) {
                        described.add(path.replaceAll("\\{\\w+}", "k3v9q0x1m2ab"));
                    }
                });
        assertThat(described).isNotEmpty().noneMatch(path -> service(path).equals("nobody"));
        assertThat(described).noneMatch(path -> Stage.of(path) == null);
    }

    private String service(String path) {
        return paths.stream()
                .filter(rule ->
                        holds(rule.path("pathType").asText(), rule.path("path").asText(), path))
                .map(rule -> rule.at("/backend/service/name").asText())
                .findFirst()
                .orElse("nobody");
    }

    private static boolean holds(String type, String rule, String path) {
        return switch (Objects.requireNonNull(type)) {
            case "Exact" -> path.equals(rule);
            case "Prefix" -> (path + "/").startsWith(rule + "/");
            default -> Pattern.compile(rule).matcher(path).find();
        };
    }
}
