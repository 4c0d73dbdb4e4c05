package io.assay.comparison;

import io.getunleash.DefaultUnleash;
import io.getunleash.EvaluatedToggle;
import io.getunleash.UnleashContext;
import io.getunleash.util.UnleashConfig;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Unleash's client with its native engine and a bootstrap of toggles, each with a gradual rollout to everybody that has two variants;
 * it polls nothing and sends no metrics.
 */
final class UnleashLibrary implements Library<UnleashContext, List<EvaluatedToggle>> {
    private final DefaultUnleash unleash;

    UnleashLibrary(List<String> keys) {
        String features = """
                {"version": 2, "features": [%s]}"""
                .formatted(Experiments.json(keys, UnleashLibrary::feature));
        unleash = new DefaultUnleash(UnleashConfig.builder()
                .appName("sdk-comparison")
                .unleashAPI("http://127.0.0.1:9/api")
                .apiKey("none")
                .disablePolling()
                .disableMetrics()
                .toggleBootstrapProvider(() -> Optional.of(features))
                .build());
    }

    private static String feature(String key) {
        return """
                {"name": "%1$s", "type": "experiment", "enabled": true, "stale": false, "impressionData": false, "project": "default",
                 "strategies": [{"name": "flexibleRollout", "constraints": [],
                   "parameters": {"rollout": "100", "stickiness": "userId", "groupId": "%1$s"},
                   "variants": [{"name": "control", "weight": 500, "weightType": "variable", "stickiness": "userId"},
                                {"name": "treatment_a", "weight": 500, "weightType": "variable", "stickiness": "userId"}]}],
                 "variants": []}"""
                .formatted(key);
    }

    @Override
    public UnleashContext user(String id) {
        return UnleashContext.builder().userId(id).build();
    }

    @Override
    public List<EvaluatedToggle> all(UnleashContext user) {
        return unleash.more().evaluateAllToggles(user);
    }

    @Override
    public @Nullable String one(UnleashContext user, String experiment) {
        return unleash.getVariant(experiment, user).getName();
    }

    @Override
    public int treatments(List<EvaluatedToggle> answer) {
        int treatments = 0;
        for (EvaluatedToggle toggle : answer) {
            treatments += toggle.getVariant().getName().equals(Experiments.TREATMENT) ? 1 : 0;
        }
        return treatments;
    }

    @Override
    public @Nullable String read(List<EvaluatedToggle> answer, String experiment) {
        for (EvaluatedToggle toggle : answer) {
            if (toggle.getName().equals(experiment)) {
                return toggle.getVariant().getName();
            }
        }
        return null;
    }

    @Override
    public void close() {
        unleash.shutdown();
    }
}
