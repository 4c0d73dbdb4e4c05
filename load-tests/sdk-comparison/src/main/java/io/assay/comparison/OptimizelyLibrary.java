package io.assay.comparison;

import com.optimizely.ab.Optimizely;
import com.optimizely.ab.OptimizelyUserContext;
import com.optimizely.ab.optimizelydecision.OptimizelyDecideOption;
import com.optimizely.ab.optimizelydecision.OptimizelyDecision;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Optimizely's SDK with a datafile of flags with one experiment each; it sends no events and works out no variables. */
final class OptimizelyLibrary implements Library<OptimizelyUserContext, Map<String, OptimizelyDecision>> {
    private final Optimizely optimizely;

    OptimizelyLibrary(List<String> keys) {
        String datafile =
                """
                {"version": "4", "accountId": "1", "projectId": "1", "revision": "1", "anonymizeIP": false, "botFiltering": false,
                 "groups": [], "attributes": [], "audiences": [], "typedAudiences": [], "events": [], "rollouts": [],
                 "experiments": [%s], "featureFlags": [%s]}"""
                        .formatted(
                                Experiments.json(keys, OptimizelyLibrary::experiment),
                                Experiments.json(keys, OptimizelyLibrary::flag));
        optimizely = Optimizely.builder()
                .withDatafile(datafile)
                .withDefaultDecideOptions(List.of(
                        OptimizelyDecideOption.DISABLE_DECISION_EVENT, OptimizelyDecideOption.EXCLUDE_VARIABLES))
                .build();
    }

    private static String experiment(String key) {
        return """
                {"id": "%1$s", "key": "%1$s", "status": "Running", "layerId": "layer_%1$s", "audienceIds": [], "forcedVariations": {},
                 "variations": [{"id": "%1$s_0", "key": "control", "featureEnabled": true, "variables": []},
                                {"id": "%1$s_1", "key": "treatment_a", "featureEnabled": true, "variables": []}],
                 "trafficAllocation": [{"entityId": "%1$s_0", "endOfRange": 5000}, {"entityId": "%1$s_1", "endOfRange": 10000}]}"""
                .formatted(key);
    }

    private static String flag(String key) {
        return """
                {"id": "flag_%1$s", "key": "%1$s", "rolloutId": "", "experimentIds": ["%1$s"], "variables": []}"""
                .formatted(key);
    }

    @Override
    public OptimizelyUserContext user(String id) {
        return optimizely.createUserContext(id);
    }

    @Override
    public Map<String, OptimizelyDecision> all(OptimizelyUserContext user) {
        return user.decideAll();
    }

    @Override
    public @Nullable String one(OptimizelyUserContext user, String experiment) {
        return user.decide(experiment).getVariationKey();
    }

    @Override
    public int treatments(Map<String, OptimizelyDecision> answer) {
        int treatments = 0;
        for (OptimizelyDecision decision : answer.values()) {
            treatments += decision.getVariationKey().equals(Experiments.TREATMENT) ? 1 : 0;
        }
        return treatments;
    }

    @Override
    public @Nullable String read(Map<String, OptimizelyDecision> answer, String experiment) {
        OptimizelyDecision decision = answer.get(experiment);
        return decision == null ? null : decision.getVariationKey();
    }

    @Override
    public void close() {
        optimizely.close();
    }
}
