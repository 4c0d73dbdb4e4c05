package io.assay;

import static io.assay.Manifests.elements;
import static io.assay.Manifests.texts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.assay.Manifests.Document;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What has to hold of the network policies: all is forbidden, and what is allowed again is what somebody listens to. */
final class NetworkRules {
    private static final String COMPONENT = "app.kubernetes.io/component";
    private static final Set<String> BOTH_WAYS = Set.of("Ingress", "Egress");

    private final Manifests manifests;
    private final Set<Integer> servers;
    private final List<String> breaches = new ArrayList<>();

    private NetworkRules(Manifests manifests, Set<Integer> servers) {
        this.manifests = manifests;
        this.servers = servers;
    }

    /** The servers are the ports outside of these pods that the configuration leads to. */
    static List<String> breaches(Manifests manifests, Set<Integer> servers) {
        NetworkRules rules = new NetworkRules(manifests, servers);
        rules.check();
        return rules.breaches;
    }

    private void check() {
        List<Document> policies = manifests.all("NetworkPolicy");
        Document nothing = policies.stream()
                .filter(policy -> policy.name().equals("assay-nothing"))
                .findFirst()
                .orElse(null);
        claim(
                nothing != null
                        && texts(nothing.at("/spec/policyTypes"))
                                .collect(Collectors.toSet())
                                .equals(BOTH_WAYS)
                        && !nothing.at("/spec").has("ingress")
                        && !nothing.at("/spec").has("egress")
                        && !nothing.at("/spec/podSelector").has("matchExpressions"),
                "k8s: what is not allowed is not forbidden");
        Set<String> reachable = new HashSet<>();
        for (Document policy : policies) {
            claim(
                    policy.at("/spec/podSelector/matchLabels").equals(labelsOfAll()),
                    policy + ": is of other pods than all of Assay's");
            checkRoles(policy);
            for (JsonNode rule : policy.at("/spec/ingress")) {
                checkPeers(policy, rule.path("from"));
                rule.path("ports").forEach(port -> {
                    reachable.add(port.path("port").asText());
                    checkPort(policy, port.path("port"));
                });
            }
            for (JsonNode rule : policy.at("/spec/egress")) {
                checkPeers(policy, rule.path("to"));
                rule.path("ports").forEach(port -> checkPort(policy, port.path("port")));
            }
        }
        ports().stream()
                .filter(port -> !reachable.contains(port))
                .forEach(port -> claim(false, "k8s: nobody may reach the port " + port));
    }

    private JsonNode labelsOfAll() {
        return manifests.all("Service").stream()
                .filter(service -> service.name().equals("assay-members"))
                .findFirst()
                .map(service -> service.at("/spec/selector"))
                .orElse(MissingNode.getInstance());
    }

    private void checkRoles(Document policy) {
        Set<String> roles = manifests.all("Deployment").stream()
                .map(deployment -> deployment
                        .at("/spec/template/metadata/labels")
                        .path(COMPONENT)
                        .asText())
                .collect(Collectors.toSet());
        for (JsonNode expression : policy.at("/spec/podSelector/matchExpressions")) {
            claim(expression.path("key").asText().equals(COMPONENT), policy + ": selects by " + expression.path("key"));
            texts(expression.path("values"))
                    .filter(role -> !roles.contains(role))
                    .forEach(role -> claim(false, policy + ": selects no role " + role));
        }
    }

    private void checkPeers(Document policy, JsonNode peers) {
        claim(!peers.isEmpty() && elements(peers).noneMatch(JsonNode::isEmpty), policy + ": allows anybody: " + peers);
    }

    private void checkPort(Document policy, JsonNode port) {
        if (port.isTextual()) {
            claim(ports().contains(port.asText()), policy + ": nobody has the port " + port.asText());
        } else {
            claim(servers.contains(port.asInt()), policy + ": no server is at " + port.asInt());
        }
    }

    private Set<String> ports() {
        return manifests.all("Deployment").stream()
                .flatMap(deployment -> elements(deployment.at("/spec/template/spec/containers/0/ports")))
                .map(port -> port.path("name").asText())
                .collect(Collectors.toSet());
    }

    private void claim(boolean holds, String breach) {
        if (!holds) {
            breaches.add(breach);
        }
    }
}
