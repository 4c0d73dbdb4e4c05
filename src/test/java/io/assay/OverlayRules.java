package io.assay;

import com.fasterxml.jackson.databind.JsonNode;
import io.assay.Manifests.Document;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

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
            boolean replaces = step.path("op").asText().equals("replace") && step.has("value");
            for (Document target : targets) {
                if (!replaces || target.at(path).isMissingNode()) {
                    found.add(overlay + ": " + path + " changes nothing in " + target);
                }
            }
        }
    }

    private static JsonNode operations(JsonNode patch) {
        try {
            return Manifests.yaml(patch.path("patch").asText());
        } catch (IOException e) {
            throw new IllegalArgumentException("not a patch: " + patch, e);
        }
    }
}
