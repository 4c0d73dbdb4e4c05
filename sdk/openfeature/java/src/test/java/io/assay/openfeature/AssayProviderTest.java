package io.assay.openfeature;

import static io.assay.openfeature.FakeAssay.experiment;
import static io.assay.openfeature.FakeAssay.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.ImmutableStructure;
import dev.openfeature.sdk.ImmutableTrackingEventDetails;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.Value;
import io.assay.client.AssayClient;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The provider under the real OpenFeature SDK, on a real client of a small server. */
class AssayProviderTest {
    private static final String TREATED =
            "{\"key\": \"control\", \"allocation\": 0}, {\"key\": \"treatment_a\", \"allocation\": 100}";
    private static final String CONFIGURED =
            """
            {"key": "control", "allocation": 0},
            {"key": "treatment_a", "allocation": 100, "config":
              {"color": "green", "size": 3, "big": 5000000000, "share": 0.5, "on": true, "list": [1, null]}}""";

    private static final EvaluationContext USER = new ImmutableContext("u1");

    private final OpenFeatureAPI api = OpenFeatureAPI.getInstance();
    private final String domain = UUID.randomUUID().toString();
    private FakeAssay assay;
    private AssayClient sdk;
    private Client flags;

    @BeforeEach
    void connect() throws Exception {
        assay = new FakeAssay();
        assay.config = snapshot(
                7,
                experiment("configured", CONFIGURED, ""),
                experiment("overridden", TREATED, ", \"overrides\": {\"u1\": \"control\"}"),
                experiment("plain", TREATED, ""),
                experiment(
                        "targeted",
                        TREATED,
                        """
                        , "targeting": {"platforms": ["web"], "rules": [
                          {"attribute": "age", "op": "gte", "values": [18]},
                          {"attribute": "since", "op": "in", "values": ["2026-01-01T00:00:00Z"]}]}"""));
        sdk = assay.client();
        sdk.awaitReady(Duration.ofSeconds(60));
        api.setProviderAndWait(domain, new AssayProvider(sdk));
        flags = api.getClient(domain);
    }

    @AfterEach
    void disconnect() {
        assay.close();
    }

    private List<Map<String, Object>> delivered() {
        sdk.flush(Duration.ofSeconds(60));
        return assay.events;
    }

    @Nested
    class Values {
        @Test
        void isTheKeyOfTheVariantIfNoVariantHasAConfig() {
            FlagEvaluationDetails<String> details = flags.getStringDetails("plain", "mine", USER);
            assertThat(details.getValue()).isEqualTo("treatment_a");
            assertThat(details.getVariant()).isEqualTo("treatment_a");
            assertThat(details.getReason()).isEqualTo("SPLIT");
            assertThat(details.getErrorCode()).isNull();
            assertThat(details.getFlagMetadata().asUnmodifiableMap())
                    .isEqualTo(Map.of("inExperiment", true, "experimentId", "id-of-plain", "version", 7L));
        }

        @Test
        void isTheConfigOfTheVariantIfAnyVariantHasOne() {
            FlagEvaluationDetails<Value> details = flags.getObjectDetails("configured", new Value(), USER);
            assertThat(details.getVariant()).isEqualTo("treatment_a");
            assertThat(details.getValue())
                    .isEqualTo(new Value(new ImmutableStructure(Map.of(
                            "color", new Value("green"),
                            "size", new Value(3),
                            "big", new Value(5_000_000_000L),
                            "share", new Value(0.5),
                            "on", new Value(true),
                            "list", new Value(List.of(new Value(1), new Value()))))));
        }

        @Test
        void whoIsNotInTheExperimentGetsControlByDefaultAndIsNotMeasured() {
            FlagEvaluationDetails<String> details = flags.getStringDetails("targeted", "mine", USER);
            assertThat(details.getValue()).isEqualTo("control");
            assertThat(details.getVariant()).isEqualTo("control");
            assertThat(details.getReason()).isEqualTo("DEFAULT");
            assertThat(details.getFlagMetadata().getBoolean("inExperiment")).isFalse();
            assertThat(delivered()).isEmpty();
        }

        @Test
        void anOverrideIsATargetingMatchAndNotMeasured() {
            FlagEvaluationDetails<String> details = flags.getStringDetails("overridden", "mine", USER);
            assertThat(details.getValue()).isEqualTo("control");
            assertThat(details.getReason()).isEqualTo("TARGETING_MATCH");
            assertThat(details.getFlagMetadata().getBoolean("inExperiment")).isTrue();
            assertThat(delivered()).isEmpty();
        }

        @Test
        void theContextIsWhatTargetingLooksAt() {
            EvaluationContext web = new ImmutableContext(
                    "u1",
                    Map.of(
                            "platform", new Value("web"),
                            "age", new Value(18L),
                            "since", new Value(Instant.parse("2026-01-01T00:00:00Z"))));
            assertThat(flags.getStringDetails("targeted", "mine", web).getReason())
                    .isEqualTo("SPLIT");
        }

        @Test
        void aValueThatIsHandedOutIsAnExposureOnce() {
            flags.getStringValue("plain", "mine", USER);
            flags.getStringValue("plain", "mine", USER);
            assertThat(delivered()).singleElement().satisfies(event -> assertThat(event)
                    .containsEntry("user_id", "u1")
                    .containsEntry("type", "exposure")
                    .containsEntry("experiment", "plain")
                    .containsEntry("variant", "treatment_a"));
        }
    }

    @Nested
    class Errors {
        private void isRefused(FlagEvaluationDetails<?> details, Object fallback, ErrorCode code) {
            assertThat(details.getErrorCode()).isEqualTo(code);
            assertThat(details.getReason()).isEqualTo("ERROR");
            assertThat(details.getValue()).isEqualTo(fallback);
            assertThat(delivered()).isEmpty();
        }

        @Test
        void whatDoesNotRunIsNotFound() {
            isRefused(flags.getStringDetails("typo", "mine", USER), "mine", ErrorCode.FLAG_NOT_FOUND);
        }

        @Test
        void whatIsKilledIsNotFound() {
            assay.emergency = "{\"version\":2,\"killed\":[\"plain\"]}";
            Eventually.holds("the kill", () -> sdk.peekVariant("plain", "u1").equals("control"));
            isRefused(flags.getStringDetails("plain", "mine", USER), "mine", ErrorCode.FLAG_NOT_FOUND);
        }

        @Test
        void anotherTypeIsAMismatchAndNoExposure() {
            isRefused(flags.getBooleanDetails("plain", true, USER), true, ErrorCode.TYPE_MISMATCH);
            isRefused(flags.getIntegerDetails("plain", 5, USER), 5, ErrorCode.TYPE_MISMATCH);
            isRefused(flags.getDoubleDetails("configured", 0.5, USER), 0.5, ErrorCode.TYPE_MISMATCH);
            isRefused(flags.getStringDetails("configured", "mine", USER), "mine", ErrorCode.TYPE_MISMATCH);
            Value mine = new Value(1);
            isRefused(flags.getObjectDetails("plain", mine, USER), mine, ErrorCode.TYPE_MISMATCH);
        }

        @Test
        void aUserIsNeeded() {
            isRefused(flags.getStringDetails("plain", "mine"), "mine", ErrorCode.TARGETING_KEY_MISSING);
            EvaluationContext bad = new ImmutableContext("a\nb");
            isRefused(flags.getStringDetails("plain", "mine", bad), "mine", ErrorCode.INVALID_CONTEXT);
        }
    }

    @Test
    void trackingIsAGoalWithItsValueAndProperties() {
        flags.track("signup", USER);
        flags.track("purchase", USER, new ImmutableTrackingEventDetails(49.99, Map.of("sku", new Value("s7"))));
        assertThat(delivered()).hasSize(2).allSatisfy(event -> assertThat(event).containsEntry("user_id", "u1"));
        assertThat(assay.events.get(0)).containsEntry("name", "signup");
        assertThat(assay.events.get(1))
                .containsEntry("name", "purchase")
                .containsEntry("value", new BigDecimal("49.99"))
                .containsEntry("properties", Map.of("sku", "s7"));
    }

    @Test
    void shutdownSendsWhatIsQueuedAndLeavesTheClientOpen() throws Exception {
        AssayClient slow = assay.options().flushInterval(Duration.ofHours(1)).build();
        try {
            slow.awaitReady(Duration.ofSeconds(60));
            String own = UUID.randomUUID().toString();
            api.setProviderAndWait(own, new AssayProvider(slow));
            api.getClient(own).getStringValue("plain", "mine", USER);
            api.setProviderAndWait(own, new AssayProvider(sdk));
            Eventually.holds("the exposure", () -> assay.events.size() == 1);
            assertThat(slow.getVariant("plain", "u2")).isEqualTo("treatment_a");
        } finally {
            slow.close();
        }
        assertThat(assay.events).hasSize(2);
    }
}
