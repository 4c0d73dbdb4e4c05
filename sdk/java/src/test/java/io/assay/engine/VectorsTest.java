package io.assay.engine;

import static io.assay.protocol.Vectors.integer;
import static io.assay.protocol.Vectors.list;
import static io.assay.protocol.Vectors.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.assay.protocol.Json;
import io.assay.protocol.SnapshotCodec;
import io.assay.protocol.Vectors;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class VectorsTest {
    @Test
    void hashesAreThoseOfTheReference() {
        List<Map<String, Object>> cases = Vectors.of("murmur3.json", "cases");
        assertThat(cases).hasSizeGreaterThan(20).allSatisfy(one -> {
            byte[] key = HexFormat.of().parseHex((String) one.get("hex"));
            int hash = Murmur3.hash(key, key.length, (int) integer(one.get("seed")));
            assertThat(Integer.toUnsignedLong(hash)).isEqualTo(integer(one.get("unsigned")));
        });
    }

    @Test
    void bucketsAreThoseOfTheReference() {
        List<Map<String, Object>> cases = Vectors.of("bucket.json", "cases");
        assertThat(cases).hasSize(400).allSatisfy(one -> assertThat(
                        Bucket.of((String) one.get("salt"), (String) one.get("user_id")))
                .isEqualTo((int) integer(one.get("bucket"))));
    }

    @Test
    void saltStatesGiveTheSameBucketsForAllSaltsAtOnce() {
        List<Map<String, Object>> cases = Vectors.of("bucket.json", "cases");
        List<String> salts = cases.stream().map(one -> (String) one.get("salt")).toList();
        SaltStates states = new SaltStates(salts);
        int[] hashes = new int[states.size()];
        byte[] user = new byte[UserId.MAX_BYTES];
        for (int i = 0; i < cases.size(); i++) {
            String id = (String) cases.get(i).get("user_id");
            states.hash(user, UserId.encode(id, user), hashes);
            assertThat(SaltStates.bucket(hashes[i])).as("%s", cases.get(i)).isEqualTo((int)
                    integer(cases.get(i).get("bucket")));
        }
    }

    @Test
    void rulesHoldWhereTheReferenceSaysSo() {
        List<Map<String, Object>> cases = Vectors.of("targeting.json", "cases");
        assertThat(cases).hasSizeGreaterThan(300).allSatisfy(one -> {
            Map<String, Object> rule = map(one.get("rule"));
            List<Object> values = rule.containsKey("values") ? list(rule.get("values")) : List.of();
            Rule compiled = new Rule((String) rule.get("attribute"), (String) rule.get("op"), values);
            assertThat(compiled.holds(Attributes.of(map(one.get("attributes")))))
                    .as(Json.write(one))
                    .isEqualTo(one.get("holds"));
        });
    }

    @Test
    void usersGetTheVariantsOfTheReference() {
        for (Map<String, Object> one : Vectors.of("snapshots.json", "snapshots")) {
            Assigner assigner = new Assigner(SnapshotCodec.decode(Json.bytes(one.get("snapshot"))));
            Scratch scratch = new Scratch();
            List<Map<String, Object>> cases = list(one.get("cases"));
            assertThat(cases).hasSizeGreaterThan(100).allSatisfy(user -> {
                Assigner served = assigner.killing(Set.copyOf(list(user.get("killed"))));
                Attributes attributes = Attributes.of(map(user.get("attributes")));
                assertThat(assigned(served, (String) user.get("user_id"), attributes, scratch))
                        .as(Json.write(user))
                        .isEqualTo(user.get("assignments"));
                assertThat(explained(served, (String) user.get("user_id"), attributes))
                        .as(Json.write(user))
                        .isEqualTo(user.get("assignments"));
            });
        }
    }

    private static Map<String, Object> assigned(Assigner assigner, String user, Attributes known, Scratch scratch) {
        assertThat(assigner.assign(user, known, scratch)).isTrue();
        Map<String, Object> assignments = new TreeMap<>();
        for (int e = 0; e < assigner.size(); e++) {
            int variant = scratch.variants()[e];
            if (variant != Assigner.NOT_IN) {
                Experiment experiment = assigner.snapshot().experiments().get(e);
                assignments.put(
                        experiment.key(), experiment.variants().get(variant).key());
            }
        }
        return assignments;
    }

    private static Map<String, Object> explained(Assigner assigner, String user, Attributes known) {
        Map<String, Object> assignments = new LinkedHashMap<>();
        for (Assignment assignment : assigner.explain(user, known)) {
            assertThat(assignment.variant() != null)
                    .isEqualTo(assignment.reason().isIn());
            if (assignment.variant() != null) {
                assignments.put(
                        assignment.experiment().key(), assignment.variant().key());
            }
        }
        return assignments;
    }
}
