package io.assay.client;

import java.nio.charset.StandardCharsets;

/** Snapshots as servers send them. */
final class Snapshots {
    /** A user who is in every experiment here that has no rules, and gets the treatment by override. */
    static final String QA = "qa-user";

    private Snapshots() {}

    /** An experiment that gives everybody the treatment. */
    static String experiment(String key, int number) {
        return """
            {"id": "id%1$04d", "key": "%2$s", "salt": "%1$08x", "layer": {"salt": "f%1$07x"},
             "variants": [{"key": "control", "allocation": 0},
                          {"key": "treatment", "allocation": 100, "config": {"color": "green", "sizes": [1, 2]}}]}"""
                .formatted(number, key);
    }

    static String version(long version, String... experiments) {
        return "{\"schema\": 1, \"version\": " + version + ", \"experiments\": [" + String.join(",", experiments)
                + "]}";
    }

    /** As many experiments as wished, half of them with a rule. */
    static byte[] many(int experiments) {
        StringBuilder json = new StringBuilder("{\"schema\": 1, \"version\": 1, \"experiments\": [");
        for (int e = 0; e < experiments; e++) {
            json.append(e == 0 ? "" : ",")
                    .append(
                            """
                {"id": "id%1$04d", "key": "e%1$04d", "salt": "%1$08x", "layer": {"salt": "f%1$07x"},
                 "variants": [{"key": "control", "allocation": 50}, {"key": "treatment", "allocation": 50}]}"""
                                    .formatted(e));
        }
        return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** An override, a rule on age, and a holdout that holds nobody. */
    static byte[] varied() {
        return """
            {"schema": 1, "version": 3, "experiments": [
             {"id": "a1", "key": "adults", "salt": "0000000a", "layer": {"salt": "f000000a"},
              "variants": [{"key": "control", "allocation": 0}, {"key": "treatment", "allocation": 100}],
              "targeting": {"rules": [{"attribute": "age", "op": "gte", "values": [18]}]}},
             {"id": "b1", "key": "everybody", "salt": "0000000b", "layer": {"salt": "f000000b"},
              "variants": [{"key": "control", "allocation": 0, "config": {"color": "red"}},
                           {"key": "treatment", "allocation": 100, "config": {"color": "green", "sizes": [1, 2.50]}}],
              "overrides": {"qa-user": "control"}},
             {"id": "c1", "key": "nobody", "salt": "0000000c", "layer": {"salt": "f000000c"}, "slots": [],
              "variants": [{"key": "control", "allocation": 50, "config": {"color": "red"}},
                           {"key": "treatment", "allocation": 50}]}]}"""
                .getBytes(StandardCharsets.UTF_8);
    }
}
