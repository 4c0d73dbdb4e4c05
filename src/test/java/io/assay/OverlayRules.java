package io.assay;

import com.fasterxml.jackson.databind.JsonNode;
import io.assay.Manifests.Document;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What has to hold of an overlay's changes: each changes something that is there. */
final class OverlayRules {
    private OverlayRules() {}

    static List<String> breaches(Manifests manifests) {
        List<String> found = new ArrayList<>();
        for (Document overlay : manifests.all("Kustomization")) {
            for (JsonNode replicas : overlay.node().path("replicas")) {
                String name = replicas.path("name").asText();
                boolean known = manifests.all("Deployment").stream()
                        .anyMatch(d -> d.name().equals(name) && d.at("/spec").has("replicas"));
                if (!known) {
                    found.add(overlay + ": no Deployment with replicas is called " + name);
                }
            }
            for (JsonNode patch : overlay.node().path("patches")) {
                check(manifests, overlay, patch, found);
            }
        }
        return found;
    }

    private static void check(Manifests manifests, Document overlay, JsonNode patch, List<String> found) {
        String name = patch.at("/target/name").asText();
        List<Document> targets = manifests.all(patch.at("/target/kind").asText()).stream()
                .filter(target -> name.isEmpty() || target.name().equals(name))
                .toList();
        if (targets.isEmpty()) {
            found.add(overlay + ": the patch has no target " + patch.path("target"));
        }
        for (JsonNode step : operations(patch)) {
            String path = step.path("path").asText();
            String op = step.path("op").asText();
            // an addition is one to the end of a list
            String changed = op.equals("add") && path.endsWith("/-") ? path.substring(0, path.length() - 2) : path;
            boolean changes = (op.equals("replace") || !changed.equals(path)) && step.has("value");
            for (Document target : targets) {
                if (!changes || target.at(changed).isMissingNode()) {
                    found.add(overlay + ": " + path + " changes nothing in " + target);
                }
            }
            if (path.endsWith("/env/-") && !isRead(step.at("/value/name").asText())) {
                found.add(overlay + ": nobody reads the variable " + step.at("/value/name"));
            }
        }
    }

    private static boolean isRead(String variable) {
        return !Environment.layer(Map.of(variable, "1")).isEmpty();
    }

    static JsonNode operations(JsonNode patch) {
        try {
            return Manifests.yaml(patch.path("patch").asText());
        } catch (IOException e) {
            throw new IllegalArgumentException("not a patch: " + patch, e);
        }
    }
}
