package io.assay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assay.Manifests.Document;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code k8s/} is whole, consistent in itself, and breaks no rule that a cluster would only find at run time. */
class DeploymentFilesTest {
    private static final List<String> ROLES =
            List.of("admin", "assignment", "audit", "config", "ingestion", "metrics", "results");

    private final Shapes shapes;
    private final Manifests manifests;

    DeploymentFilesTest() throws IOException {
        shapes = new Shapes(Manifests.yaml(Path.of("src/test/resources/k8s/shapes.yaml")));
        manifests = Manifests.read();
    }

    @Test
    void allFilesKeepAllRules() {
        assertThat(ManifestRules.breaches(manifests, shapes)).isEmpty();
    }

    @Test
    void aRoleHasTheSecretsOfTheServersThatItUsesAndNoOthers() {
        Map<String, List<String>> secrets = new TreeMap<>();
        for (Document deployment : manifests.all("Deployment")) {
            secrets.put(
                    deployment.name().replace("assay-", ""),
                    Manifests.elements(deployment.at("/spec/template/spec/containers/0/env"))
                            .map(variable ->
                                    variable.at("/valueFrom/secretKeyRef/key").asText())
                            .filter(key -> !key.isEmpty())
                            .toList());
        }
        List<String> all = List.of("postgres-password", "analytics-password", "redis-uri");
        assertThat(secrets)
                .isEqualTo(Map.of(
                        "admin", all,
                        "assignment", List.of("redis-uri"),
                        "audit", all,
                        "config", List.of("postgres-password", "redis-uri"),
                        "ingestion", List.of("postgres-password", "redis-uri"),
                        "metrics", List.of("postgres-password", "analytics-password"),
                        "results", all));
    }

    @Test
    void everyRoleHasADeploymentAndAService() {
        for (String kind : List.of("Deployment", "Service", "PodDisruptionBudget")) {
            assertThat(manifests.all(kind).stream().map(Document::name))
                    .containsAll(ROLES.stream().map(role -> "assay-" + role).toList());
        }
    }

    @Test
    void rolesDifferInNamePortSizeStrategySecretsAndTheFirstKeysOnly() {
        assertThat(manifests.all("Deployment").stream()
                        .map(DeploymentFilesTest::withoutItsOwn)
                        .distinct())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            k8s/base/admin.yaml         | replicas: 2                     | replica: 2                     | unknown field
            k8s/base/admin.yaml         | replicas: 2                     | replicas: "2"                  | expected: a number
            k8s/base/admin.yaml         | terminationGracePeriodSeconds: 45 | hostNetwork: true            | missing
            k8s/base/admin.yaml         | kind: Service                   | kind: Servic                   | expected: a known kind
            k8s/base/admin.yaml         | path: /health/ready             | path: /health                  | asks for /health
            k8s/base/admin.yaml         | port: management                | port: metrics                  | asks port metrics
            k8s/base/admin.yaml         | targetPort: http                | targetPort: web                | has no port web
            k8s/base/admin.yaml         | runAsUser: 10001                | runAsUser: 0                   | runs as root
            k8s/base/admin.yaml         | readOnlyRootFilesystem: true    | readOnlyRootFilesystem: false  | writes to its image
            k8s/base/admin.yaml         | name: assay-conf                | name: assay-config             | nobody makes the ConfigMap
            k8s/base/admin.yaml         | key: redis-uri                  | key: redis                     | nobody makes the secret
            k8s/base/admin.yaml         | mountPath: /tmp                 | mountPath: 5                   | expected: text
            k8s/base/admin.yaml         | '            - name: tmp'       | '            - name: temp'     | of the volumes
            k8s/base/admin.yaml         | terminationGracePeriodSeconds: 45 | terminationGracePeriodSeconds: 20 | is killed before it has drained
            k8s/base/admin.yaml         | type: RuntimeDefault            | type: Unconfined               | any system call
            k8s/base/admin.yaml         | ServiceAccountToken: false      | ServiceAccountToken: true      | token
            k8s/base/admin.yaml         | topologyKey: kubernetes.io/hostname | topologyKey: kubernetes.io/arch | on one machine
            k8s/base/network.yaml       | port: event-bus                 | port: event-buss               | nobody has the port event-buss
            k8s/base/network.yaml       | port: http                      | port: management               | nobody may reach the port http
            k8s/base/network.yaml       | port: 6379                      | port: 6380                     | no server is at 6380
            k8s/base/network.yaml       | values: ["admin", "ingestion", "metrics", "audit"] | values: ["admin", "ingestion", "metric", "audit"] | selects no role metric
            k8s/base/network.yaml       | name: assay-nothing             | name: assay-everything         | what is not allowed is not forbidden
            k8s/overlays/small/kustomization.yaml | /spec/minReplicas     | /spec/minReplica               | changes nothing
            k8s/overlays/small/kustomization.yaml | name: assay-admin     | name: assay-owners             | no Deployment
            k8s/overlays/clickhouse/kustomization.yaml | /env/-           | /envs/-                        | changes nothing
            k8s/overlays/clickhouse/kustomization.yaml | name: ASSAY_ANALYTICS_STORE | name: ASSAY_STORE  | nobody reads the variable
            k8s/overlays/clickhouse/network.yaml | port: 8123            | port: 9000                     | no server is at 9000
            k8s/monitoring/rules.yaml   | expr: assay_ready == 0          | query: assay_ready == 0        | unknown field
            k8s/base/config.yaml        | '  revisionHistoryLimit: 5'     | '  replicas: 2'                | named by the autoscaler or here
            k8s/base/config.yaml        | minReplicas: 2                  | minReplicas: 1                 | from two to more
            k8s/base/members.yaml       | name: assay                     | name: assay2                   | selects the pods of
            k8s/base/ingress.yaml       | name: assay-ingestion           | name: assay-events             | leads to no service
            k8s/base/kustomization.yaml | '  - results.yaml'              | ''                             | results.yaml is not named
            k8s/base/kustomization.yaml | results.yaml                    | result.yaml                    | result.yaml does not exist
            conf/kustomization.yaml     | cluster.json                    | production.json                | production.json does not exist
            """)
    void everyPlantedMistakeIsFound(String file, String text, String mistake, String breach) throws IOException {
        assertThat(ManifestRules.breaches(manifests.with(file, text, mistake == null ? "" : mistake), shapes))
                .anySatisfy(line -> assertThat(line).contains(breach));
    }

    @Test
    void aNameThatStandsTwiceIsRefused() {
        assertThatThrownBy(() -> manifests.with("k8s/base/admin.yaml", "  replicas: 2", "  replicas: 2\n  replicas: 3"))
                .hasMessageContaining("Duplicate field");
    }

    private static JsonNode withoutItsOwn(Document deployment) {
        ObjectNode spec = deployment.at("/spec").deepCopy();
        spec.remove(List.of("replicas", "strategy", "selector"));
        ((ObjectNode) spec.path("template")).remove("metadata");
        ObjectNode pod = (ObjectNode) spec.at("/template/spec");
        pod.remove("topologySpreadConstraints");
        ((ObjectNode) pod.at("/containers/0")).remove(List.of("name", "resources", "ports"));
        ArrayNode env = (ArrayNode) pod.at("/containers/0/env");
        for (Iterator<JsonNode> variables = env.elements(); variables.hasNext(); ) {
            JsonNode variable = variables.next();
            if (variable.path("name").asText().equals("ASSAY_KEYS_DIR")
                    || variable.at("/valueFrom").has("secretKeyRef")) {
                variables.remove();
            }
        }
        for (JsonNode volume : pod.path("volumes")) {
            ((ObjectNode) volume.path(volume.has("configMap") ? "configMap" : "emptyDir")).removeAll();
        }
        return spec;
    }
}
