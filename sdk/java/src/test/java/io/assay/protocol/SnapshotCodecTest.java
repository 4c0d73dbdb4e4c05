package io.assay.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assay.engine.Experiment;
import io.assay.engine.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotCodecTest {
    private static final String VALID =
            """
            {"schema":1,"version":17,"holdout":{"salt":"0a1b2c3d","slots":[[0,200]]},"experiments":[\
            {"id":"k3v9q0x1m2ab","key":"signup_button_color","salt":"9f8e7d6c",\
            "layer":{"key":"checkout","salt":"3f2a9c1e"},"slots":[[0,5000]],\
            "variants":[{"key":"control","allocation":50},\
            {"key":"treatment_a","allocation":49.5,"config":{"button_color":"green"}},\
            {"key":"treatment_b","allocation":0.5,"dropped":true}],\
            "targeting":{"platforms":["web"],"user_segments":["new_users"],\
            "rules":[{"attribute":"age","op":"gte","values":[18]}]},"overrides":{"qa-user-1":"treatment_a"}}]}""";

    @Test
    void whatIsDecodedIsEncodedToTheSameBytes() {
        assertThat(encode(decode(VALID))).isEqualTo(VALID);
    }

    @Test
    void everyVectorSurvivesARoundTrip() {
        for (Map<String, Object> one : Vectors.of("snapshots.json", "snapshots")) {
            Snapshot snapshot = SnapshotCodec.decode(Json.bytes(one.get("snapshot")));
            byte[] bytes = SnapshotCodec.encode(snapshot, true);
            assertThat(SnapshotCodec.decode(bytes)).isEqualTo(snapshot);
            assertThat(SnapshotCodec.encode(SnapshotCodec.decode(bytes), true)).isEqualTo(bytes);
        }
    }

    @Test
    void whatMayStandInABodyMayStandInASnapshot() {
        int deepest = Json.Limits.BODY.depth() - 3; // the body's object, its list of variants, the variant
        String config = "{\"a\":".repeat(deepest) + "1" + "}".repeat(deepest);
        String deep = VALID.replace("{\"button_color\":\"green\"}", config);
        assertThat(encode(decode(deep))).isEqualTo(deep);
    }

    @Test
    void clientsGetNoOverrides() {
        Snapshot seen = SnapshotCodec.decode(SnapshotCodec.encode(decode(VALID), false));
        assertThat(seen.experiments()).extracting(Experiment::overrides).containsExactly(Map.of());
    }

    @Test
    void unknownMembersAreIgnoredAndDefaultsLeftOut() {
        String loose = VALID.replace("\"version\":17", "\"version\":17,\"later\":{\"a\":[1]}")
                .replace("\"allocation\":50}", "\"allocation\":50.00,\"config\":{},\"dropped\":false}");
        assertThat(encode(decode(loose))).isEqualTo(VALID);
    }

    @Nested
    class Refuses {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "\"schema\":1|\"schema\":2|schema: 2 (expected: schema 1)",
                    "\"version\":17|\"version\":1.5|version: 1.5 (expected: an integer from 0 to 9007199254740991)",
                    "\"version\":17|\"version\":\"17\"|version: \"17\" (expected: a number)",
                    "\"version\":17,||version: missing",
                    "49.5|49.499|experiments[0].variants[1].allocation: 49.499 (expected: a percentage from 0 to 100",
                    "49.5|49.4|experiment signup_button_color: variants take 9990 buckets (expected: 10000)",
                    "\"control\"|\"kontrol\"|no variant is named control",
                    "9f8e7d6c|9F8E7D6C|experiments[0]: salt: \"9F8E7D6C\" (expected: 8 lowercase hex characters)",
                    "9f8e7d6c|3f2a9c1e|salt 3f2a9c1e: belongs to an experiment and a layer",
                    "[0,5000]|[0,10001]|experiments[0].slots[0][1]: 10001 (expected: an integer from 0 to 10000)",
                    "[0,5000]|[0,50],[20,30]|experiments[0].slots: slots: [20, 30] overlaps another range",
                    "[18]|[[18]]|experiments[0].targeting.rules[0]: values: [18] (expected: a boolean",
                    "[18]|[]|values: none (expected: 1 to 200)",
                    "[\"web\"]|[]|experiments[0].targeting.platforms: a list (expected: 1 to 200 strings)",
                    "{\"qa-user-1\":\"treatment_a\"}|{\"qa-user-1\":\"x\"}|an override names no variant",
                    "{\"qa-user-1\"|{\"\"|experiments[0].overrides: a user id (expected: 1 to 256 bytes",
                    "{\"button_color\":\"green\"}|[]|experiments[0].variants[1].config: a list (expected: an object)",
                    "\"gte\"|7|experiments[0].targeting.rules[0].op: 7 (expected: a string)",
                    "\"dropped\":true|\"dropped\":1|experiments[0].variants[2].dropped: 1 (expected: true or false)",
                    "treatment_a\"}}]}|treatment_a\"}}]}]|not JSON: unexpected bytes after the value"
                })
        void whatIsNotASnapshot(String part, String changed, String message) {
            String broken = VALID.replace(part, changed == null ? "" : changed);
            assertThatThrownBy(() -> decode(broken))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining(message);
        }

        @Test
        void experimentsThatShareSlotsOfALayer() {
            String other = VALID.substring(VALID.indexOf("[{\"id\"") + 1, VALID.length() - 2)
                    .replace("signup_button_color", "z")
                    .replace("9f8e7d6c", "00000001")
                    .replace("[0,5000]", "[4999,6000]");
            assertThatThrownBy(() -> decode(VALID.replace("treatment_a\"}}]}", "treatment_a\"}}," + other + "]}")))
                    .hasMessage("experiments: experiments signup_button_color, z: share slots of one layer");
        }

        @Test
        void experimentsOutOfOrder() {
            String other = VALID.substring(VALID.indexOf("[{\"id\"") + 1, VALID.length() - 2)
                    .replace("signup_button_color", "Z")
                    .replace("9f8e7d6c", "00000001")
                    .replace("[0,5000]", "[5000,6000]");
            assertThatThrownBy(() -> decode(VALID.replace("treatment_a\"}}]}", "treatment_a\"}}," + other + "]}")))
                    .hasMessageContaining("Z after signup_button_color (expected: unique keys in bytewise order)");
        }
    }

    private static Snapshot decode(String json) {
        return SnapshotCodec.decode(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String encode(Snapshot snapshot) {
        return new String(SnapshotCodec.encode(snapshot, true), StandardCharsets.UTF_8);
    }
}
