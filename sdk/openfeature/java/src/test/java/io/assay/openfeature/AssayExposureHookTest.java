package io.assay.openfeature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.ImmutableMetadata;
import dev.openfeature.sdk.NoOpProvider;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.ProviderEvaluation;
import io.assay.client.AssayClient;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The hook after answers as OFREP clients hand them out. */
class AssayExposureHookTest {
    /** Answers as a flag's key says: reason, and whether the user is in it. */
    private static final class Answers extends NoOpProvider {
        @Override
        public ProviderEvaluation<String> getStringEvaluation(String key, String fallback, EvaluationContext context) {
            String[] parts = key.split("-");
            var answer =
                    ProviderEvaluation.<String>builder().value("treatment_a").variant("treatment_a");
            if (parts.length > 1) {
                answer.flagMetadata(ImmutableMetadata.builder()
                        .addBoolean("inExperiment", Boolean.parseBoolean(parts[1]))
                        .build());
            }
            if (parts[0].equals("ERROR")) {
                answer.errorCode(ErrorCode.GENERAL);
            }
            return answer.reason(parts[0]).build();
        }
    }

    @Test
    void onlyWhatPutTheUserIntoAnExperimentIsRecordedAndOnce() throws Exception {
        String domain = UUID.randomUUID().toString();
        try (FakeAssay assay = new FakeAssay()) {
            AssayClient sdk = assay.client();
            OpenFeatureAPI api = OpenFeatureAPI.getInstance();
            api.setProviderAndWait(domain, new Answers());
            Client flags = api.getClient(domain);
            flags.addHooks(new AssayExposureHook(sdk));
            for (String key : new String[] {
                "SPLIT-true",
                "SPLIT-true",
                "DEFAULT-false",
                "TARGETING_MATCH-true",
                "CACHED-false",
                "ERROR-true",
                "SPLIT"
            }) {
                flags.getStringValue(key, "mine", new ImmutableContext("u1"));
            }
            flags.getStringValue("CACHED-true", "mine", new ImmutableContext("u1"));
            flags.getStringValue("SPLIT-true", "mine");
            sdk.flush(Duration.ofSeconds(60));
            assertThat(assay.events)
                    .allSatisfy(event ->
                            assertThat(event).containsEntry("user_id", "u1").containsEntry("variant", "treatment_a"))
                    .extracting(event -> event.get("experiment"))
                    .containsExactly("SPLIT-true", "SPLIT", "CACHED-true");
        }
    }
}
