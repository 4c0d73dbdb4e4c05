package io.assay.openfeature;

import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.EventProvider;
import dev.openfeature.sdk.ImmutableMetadata;
import dev.openfeature.sdk.Metadata;
import dev.openfeature.sdk.ProviderEvaluation;
import dev.openfeature.sdk.Reason;
import dev.openfeature.sdk.TrackingEventDetails;
import dev.openfeature.sdk.Value;
import dev.openfeature.sdk.exceptions.ProviderNotReadyError;
import io.assay.client.AssayClient;
import io.assay.client.Assignment;
import io.assay.client.AssignmentReason;
import io.assay.client.User;
import io.assay.engine.Snapshot;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Experiments as OpenFeature flags, evaluated in the process.
 *
 * <p>The flag's key is the experiment's, the targeting key is the user, the rest of the context are attributes. The value is the
 * variant's config, or the variant's key if no variant of the experiment has a config. A value that is handed out is an exposure,
 * recorded once per user and experiment.
 *
 * <p>No evaluation throws or waits. The client belongs to who made it: {@link #shutdown} sends what is queued and leaves it open.
 */
public final class AssayProvider extends EventProvider {
    /** Flag metadata: whether the user is in the experiment. */
    static final String IN_EXPERIMENT = "inExperiment";

    private static final String EXPERIMENT_ID = "experimentId";
    private static final String VERSION = "version";

    /** How many changes of the snapshot during one evaluation are followed, so that all of an answer is of one snapshot. */
    private static final int MAX_CHANGES = 3;

    private static final Duration READY = Duration.ofSeconds(2);
    private static final Duration STALE = Duration.ofMinutes(1);
    private static final Duration FLUSH = Duration.ofSeconds(2);

    private final AssayClient client;
    private final Duration readyTimeout;
    private final News news;
    private volatile Flags flags = new Flags(Snapshot.EMPTY);

    /** A provider that waits 2 s for the first snapshot, and is stale when the server was out of reach for a minute. */
    public AssayProvider(AssayClient client) {
        this(client, READY, STALE);
    }

    /**
     * A provider.
     *
     * @param readyTimeout how long {@link #initialize} may wait for a snapshot
     * @param staleAfter after how long without the server the provider is stale
     */
    public AssayProvider(AssayClient client, Duration readyTimeout, Duration staleAfter) {
        this.client = client;
        this.readyTimeout = readyTimeout;
        news = new News(this, client, staleAfter);
    }

    @Override
    public Metadata getMetadata() {
        return () -> "Assay";
    }

    /**
     * Waits for a snapshot, but not long.
     *
     * @throws ProviderNotReadyError if there is none: the provider is then in error, and ready as soon as one comes
     */
    @Override
    public void initialize(EvaluationContext context) {
        client.awaitReady(readyTimeout);
        if (!news.begin()) {
            throw new ProviderNotReadyError(
                    "no snapshot within " + readyTimeout.toMillis() + " ms; it is asked for on and on");
        }
    }

    @Override
    public void shutdown() {
        news.end();
        client.flush(FLUSH);
        super.shutdown();
    }

    @Override
    public void track(String event, EvaluationContext context, @Nullable TrackingEventDetails details) {
        if (details == null) {
            client.track(event, context.getTargetingKey());
            return;
        }
        Map<String, @Nullable Object> properties = Values.plain(details);
        double value = details.getValue().map(Number::doubleValue).orElse(0.0);
        client.track(event, context.getTargetingKey(), value, properties.isEmpty() ? null : properties);
    }

    @Override
    public ProviderEvaluation<Boolean> getBooleanEvaluation(String key, Boolean fallback, EvaluationContext context) {
        return evaluation(key, fallback, context, value -> null);
    }

    @Override
    public ProviderEvaluation<String> getStringEvaluation(String key, String fallback, EvaluationContext context) {
        return evaluation(key, fallback, context, value -> value instanceof String text ? text : null);
    }

    @Override
    public ProviderEvaluation<Integer> getIntegerEvaluation(String key, Integer fallback, EvaluationContext context) {
        return evaluation(key, fallback, context, value -> null);
    }

    @Override
    public ProviderEvaluation<Double> getDoubleEvaluation(String key, Double fallback, EvaluationContext context) {
        return evaluation(key, fallback, context, value -> null);
    }

    @Override
    public ProviderEvaluation<Value> getObjectEvaluation(String key, Value fallback, EvaluationContext context) {
        return evaluation(key, fallback, context, value -> value instanceof Map ? Values.of(value) : null);
    }

    /**
     * What a user gets of an experiment.
     *
     * @param typed the value as the type that is asked for, or null if it is not of that type
     */
    private <T> ProviderEvaluation<T> evaluation(
            String key, T fallback, EvaluationContext context, Function<Object, @Nullable T> typed) {
        String targetingKey = context.getTargetingKey();
        if (targetingKey == null || targetingKey.isEmpty()) {
            return error(fallback, ErrorCode.TARGETING_KEY_MISSING, "the context has no targeting key");
        }
        User user = Values.user(context);
        Flags known = flags();
        Assignment assignment = client.getAssignment(key, user);
        for (int again = 0; again < MAX_CHANGES && client.snapshot() != known.snapshot; again++) {
            known = flags();
            assignment = client.getAssignment(key, user);
        }
        ErrorCode error = error(assignment.reason());
        if (error != null) {
            return error(fallback, error, key + ": " + assignment.reason());
        }
        Flags.Flag flag = known.flag(key);
        T value = typed.apply(flag.value(assignment));
        if (value == null) {
            return error(
                    fallback,
                    ErrorCode.TYPE_MISMATCH,
                    key + " is " + (flag.isConfigured() ? "an object" : "a string: the variant's key"));
        }
        if (assignment.reason() == AssignmentReason.SPLIT) {
            client.logExposure(key, targetingKey, assignment.variant());
        }
        return ProviderEvaluation.<T>builder()
                .value(value)
                .variant(assignment.variant())
                .reason(reason(assignment).name())
                .flagMetadata(metadata(known, flag, assignment))
                .build();
    }

    /** The flags of the snapshot in use. */
    private Flags flags() {
        Flags known = flags;
        Snapshot snapshot = client.snapshot();
        if (known.snapshot != snapshot) {
            known = new Flags(snapshot);
            flags = known;
        }
        return known;
    }

    private static @Nullable ErrorCode error(AssignmentReason reason) {
        return switch (reason) {
            case UNKNOWN_EXPERIMENT, KILLED -> ErrorCode.FLAG_NOT_FOUND;
            case INVALID_USER -> ErrorCode.INVALID_CONTEXT;
            case NO_SNAPSHOT -> ErrorCode.PROVIDER_NOT_READY;
            case FAILED -> ErrorCode.GENERAL;
            case SPLIT, OVERRIDE, HOLDOUT, TARGETING, SLOT, DROPPED -> null;
        };
    }

    private static Reason reason(Assignment assignment) {
        if (assignment.isIn()) {
            return assignment.reason() == AssignmentReason.OVERRIDE ? Reason.TARGETING_MATCH : Reason.SPLIT;
        }
        return Reason.DEFAULT;
    }

    private static ImmutableMetadata metadata(Flags known, Flags.Flag flag, Assignment assignment) {
        var metadata = ImmutableMetadata.builder()
                .addBoolean(IN_EXPERIMENT, assignment.isIn())
                .addLong(VERSION, known.snapshot.version());
        if (flag.experimentId() != null) {
            metadata.addString(EXPERIMENT_ID, flag.experimentId());
        }
        return metadata.build();
    }

    private static <T> ProviderEvaluation<T> error(T fallback, ErrorCode code, String message) {
        return ProviderEvaluation.<T>builder()
                .value(fallback)
                .reason(Reason.ERROR.name())
                .errorCode(code)
                .errorMessage(message)
                .build();
    }
}
