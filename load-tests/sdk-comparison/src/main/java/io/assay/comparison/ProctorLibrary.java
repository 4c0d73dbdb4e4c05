package io.assay.comparison;

import com.indeed.proctor.common.Identifiers;
import com.indeed.proctor.common.Proctor;
import com.indeed.proctor.common.ProctorResult;
import com.indeed.proctor.common.ProctorSpecification;
import com.indeed.proctor.common.StringProctorLoader;
import com.indeed.proctor.common.TestSpecification;
import com.indeed.proctor.common.model.TestBucket;
import com.indeed.proctor.common.model.TestType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Indeed's Proctor with a test matrix and a specification of the tests that are used; it knows no call for one test but a filter. */
final class ProctorLibrary implements Library<Identifiers, ProctorResult> {
    private final Proctor proctor;

    ProctorLibrary(List<String> keys) {
        String matrix =
                """
                {"audit": {"version": "1", "updated": 0, "updatedBy": "nobody"}, "tests": {%s}}"""
                        .formatted(Experiments.json(keys, ProctorLibrary::definition));
        StringProctorLoader loader = new StringProctorLoader(specification(keys), "a string", matrix);
        loader.load();
        proctor = Objects.requireNonNull(loader.get());
    }

    private static String definition(String key) {
        return """
                "%1$s": {"constants": {}, "version": "1", "salt": "&%1$s", "rule": null, "testType": "USER", "description": "",
                  "buckets": [{"name": "control", "value": 0, "description": ""},
                              {"name": "treatment_a", "value": 1, "description": ""}],
                  "allocations": [{"rule": null, "ranges": [{"bucketValue": 0, "length": 0.5},
                                                            {"bucketValue": 1, "length": 0.5}]}]}"""
                .formatted(key);
    }

    private static ProctorSpecification specification(List<String> keys) {
        Map<String, TestSpecification> tests = new LinkedHashMap<>();
        for (String key : keys) {
            TestSpecification test = new TestSpecification();
            test.setBuckets(Map.of(Experiments.CONTROL, 0, Experiments.TREATMENT, 1));
            tests.put(key, test);
        }
        ProctorSpecification specification = new ProctorSpecification();
        specification.setTests(tests);
        return specification;
    }

    @Override
    public Identifiers user(String id) {
        return Identifiers.of(TestType.USER, id);
    }

    @Override
    public ProctorResult all(Identifiers user) {
        return proctor.determineTestGroups(user, Map.of(), Map.of());
    }

    @Override
    public @Nullable String one(Identifiers user, String experiment) {
        return read(proctor.determineTestGroups(user, Map.of(), Map.of(), List.of(experiment)), experiment);
    }

    @Override
    public int treatments(ProctorResult answer) {
        int treatments = 0;
        for (TestBucket bucket : answer.getBuckets().values()) {
            treatments += bucket.getName().equals(Experiments.TREATMENT) ? 1 : 0;
        }
        return treatments;
    }

    @Override
    public @Nullable String read(ProctorResult answer, String experiment) {
        TestBucket bucket = answer.getBuckets().get(experiment);
        return bucket == null ? null : bucket.getName();
    }
}
