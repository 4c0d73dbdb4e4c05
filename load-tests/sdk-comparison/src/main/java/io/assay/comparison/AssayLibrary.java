package io.assay.comparison;

import io.assay.client.AssayClient;
import io.assay.client.Assignment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Assay's SDK with a snapshot of its own; exposures are recorded once for each user and experiment, as with a server. */
final class AssayLibrary implements Library<String, Map<String, Assignment>> {
    private final AssayClient client;

    AssayLibrary(List<String> keys) {
        String snapshot = """
                {"schema": 1, "version": 1, "experiments": [%s]}"""
                .formatted(Experiments.json(keys, key -> experiment(key, keys.indexOf(key))));
        client = AssayClient.ofSnapshot(snapshot.getBytes(StandardCharsets.UTF_8));
    }

    private static String experiment(String key, int number) {
        return """
                {"id": "%1$s", "key": "%1$s", "salt": "%2$08x", "layer": {"salt": "%3$08x"},
                 "variants": [{"key": "control", "allocation": 50}, {"key": "treatment_a", "allocation": 50}]}"""
                .formatted(key, 2 * number, 2 * number + 1);
    }

    @Override
    public String user(String id) {
        return id;
    }

    @Override
    public Map<String, Assignment> all(String user) {
        return client.getAllAssignments(user);
    }

    @Override
    public String one(String user, String experiment) {
        return client.getVariant(experiment, user);
    }

    @Override
    public @Nullable String read(Map<String, Assignment> answer, String experiment) {
        Assignment assignment = answer.get(experiment);
        return assignment == null ? null : assignment.variant();
    }

    @Override
    public int treatments(Map<String, Assignment> answer) {
        int treatments = 0;
        for (Assignment assignment : answer.values()) {
            treatments += assignment.variant().equals(Experiments.TREATMENT) ? 1 : 0;
        }
        return treatments;
    }

    @Override
    public void close() {
        client.close();
    }
}
