package io.assay.client;

import io.assay.engine.Snapshot;
import io.assay.engine.Variant;
import io.assay.protocol.SnapshotCodec;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The SDK: holds the snapshot, evaluates users in the process, and reports what they were shown and did.
 *
 * <p>One per application, for any number of threads. No call throws. None but {@link #awaitReady}, {@link #flush} and {@link #close}
 * ever waits. Whatever goes wrong is control.
 */
public final class AssayClient implements AutoCloseable {
    /** The name and version that events carry. */
    static final String SDK = "java/0.1.0";

    private final Trouble trouble;
    private final EventBuffer events;
    private final Evaluator evaluator;
    private final Link link;

    private AssayClient(AssayOptions options, boolean isConnected) {
        trouble = new Trouble();
        events = new EventBuffer(options.queueCapacity, options.batchSize, trouble);
        evaluator = new Evaluator(options.cachedUsers, options.cachedExposures, events);
        link = isConnected ? new Connection(options, evaluator, events, trouble) : new Link.None(events);
    }

    /**
     * Begins a client.
     *
     * @param url where the server is, such as {@code https://assay.example.com}
     * @param key a key of scope server, or of scope client in an application that is handed out
     */
    public static AssayOptions builder(@Nullable String url, @Nullable String key) {
        return new AssayOptions(url, key);
    }

    /** A client for tests: these variants by experiment for everybody, control otherwise; nothing is measured. */
    public static AssayClient fixed(@Nullable Map<String, String> variants) {
        AssayClient client = new AssayClient(new AssayOptions(null, null), false);
        client.evaluator.serve(Serving.NONE, SnapshotSource.FIXED);
        client.setOverrides(variants);
        return client;
    }

    /** A client for tests and tools: evaluates this snapshot for ever and sends nothing. Without a good one it has none. */
    public static AssayClient ofSnapshot(byte[] json) {
        AssayClient client = new AssayClient(new AssayOptions(null, null), false);
        try {
            Serving serving = Serving.of(SnapshotCodec.decode(json), Collections.emptySet());
            client.evaluator.serve(serving, SnapshotSource.FIXED);
        } catch (Throwable e) {
            client.trouble.kept(e);
        }
        return client;
    }

    static AssayClient connected(AssayOptions options) {
        AssayClient client;
        try {
            client = new AssayClient(options, true);
        } catch (Throwable e) {
            client = new AssayClient(new AssayOptions(null, null).cachedUsers(2).cachedExposures(8), false);
            client.trouble.kept(e);
            return client;
        }
        try {
            client.evaluator.warmUp();
            client.events.warmUp();
            client.link.open();
        } catch (Throwable e) {
            client.trouble.kept(e);
        }
        return client;
    }

    /**
     * Waits for a snapshot and says where it came from. It returns as soon as the server's is there; if the server cannot be reached
     * but there is one in the file, after the first attempt; else when the time is up.
     */
    public SnapshotSource awaitReady(@Nullable Duration atMost) {
        try {
            link.awaitReady(atMost == null ? Duration.ZERO : atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            trouble.kept(e);
        }
        return evaluator.source();
    }

    /** The variant's key for a user without attributes, control on any trouble; records the exposure once. */
    public String getVariant(@Nullable String experiment, @Nullable String user) {
        try {
            return evaluator.variant(evaluator.of(known(user)), experiment, true);
        } catch (Throwable e) {
            return trouble(e);
        }
    }

    /** The variant's key, control on any trouble; records the exposure once. */
    public String getVariant(@Nullable String experiment, @Nullable User user) {
        try {
            return evaluator.variant(evaluator.of(known(user)), experiment, true);
        } catch (Throwable e) {
            return trouble(e);
        }
    }

    /** The variant's key without an exposure: for looking ahead, not for showing. */
    public String peekVariant(@Nullable String experiment, @Nullable String user) {
        try {
            return evaluator.variant(evaluator.of(known(user)), experiment, false);
        } catch (Throwable e) {
            return trouble(e);
        }
    }

    /** The variant's key without an exposure: for looking ahead, not for showing. */
    public String peekVariant(@Nullable String experiment, @Nullable User user) {
        try {
            return evaluator.variant(evaluator.of(known(user)), experiment, false);
        } catch (Throwable e) {
            return trouble(e);
        }
    }

    /** Variant, config, reason, in or not, for a user without attributes; no exposure: {@link #logExposure} when it is shown. */
    public Assignment getAssignment(@Nullable String experiment, @Nullable String user) {
        try {
            return evaluator.assignment(evaluator.of(known(user)), experiment);
        } catch (Throwable e) {
            trouble.kept(e);
            return Assignment.notIn(experiment, AssignmentReason.FAILED);
        }
    }

    /** Variant, config, reason, in or not; no exposure: {@link #logExposure} when it is shown. */
    public Assignment getAssignment(@Nullable String experiment, @Nullable User user) {
        try {
            return evaluator.assignment(evaluator.of(known(user)), experiment);
        } catch (Throwable e) {
            trouble.kept(e);
            return Assignment.notIn(experiment, AssignmentReason.FAILED);
        }
    }

    /** The experiments that a user without attributes is in, by key; no exposure. */
    public Map<String, Assignment> getAllAssignments(@Nullable String user) {
        try {
            return evaluator.assignments(evaluator.of(known(user)));
        } catch (Throwable e) {
            trouble.kept(e);
            return Collections.emptyMap();
        }
    }

    /** The experiments that a user is in, by key; no exposure. */
    public Map<String, Assignment> getAllAssignments(@Nullable User user) {
        try {
            return evaluator.assignments(evaluator.of(known(user)));
        } catch (Throwable e) {
            trouble.kept(e);
            return Collections.emptyMap();
        }
    }

    /** Records that a user without attributes was shown their variant, once; nothing if they are not in the experiment. */
    public void logExposure(@Nullable String experiment, @Nullable String user) {
        getVariant(experiment, user);
    }

    /** Records that a user was shown their variant, once; nothing if they are not in the experiment. */
    public void logExposure(@Nullable String experiment, @Nullable User user) {
        getVariant(experiment, user);
    }

    /** Records that a user was shown a variant that somebody else decided, the server for example; once. */
    public void logExposure(@Nullable String experiment, @Nullable String user, @Nullable String variant) {
        try {
            if (experiment != null && user != null && variant != null) {
                evaluator.exposed(User.of(user), experiment, variant);
            }
        } catch (Throwable e) {
            trouble.kept(e);
        }
    }

    /** A user did something. */
    public void track(@Nullable String event, @Nullable String user) {
        track(event, user, 0, null);
    }

    /** A user did something that has a value: |value| up to 10^9, rounded half-even to 6 decimals. */
    public void track(@Nullable String event, @Nullable String user, double value) {
        track(event, user, value, null);
    }

    /** A user did something that has a value, and properties, which are kept but not counted. */
    public void track(
            @Nullable String event, @Nullable String user, double value, @Nullable Map<String, ?> properties) {
        try {
            events.goal(user, event, value, properties);
        } catch (Throwable e) {
            trouble.kept(e);
        }
    }

    /** A client bound to a user without attributes. */
    public AssayUser forUser(@Nullable String user) {
        try {
            return new AssayUser(this, User.of(user));
        } catch (Throwable e) {
            trouble.kept(e);
            return new AssayUser(this, User.NOBODY);
        }
    }

    /** A client bound to a user, who is evaluated once per snapshot. */
    public AssayUser forUser(@Nullable User user) {
        return new AssayUser(this, known(user));
    }

    /** Gives everybody these variants by experiment, for trying things out: not measured. A killed experiment stays control. */
    public void setOverrides(@Nullable Map<String, String> variants) {
        try {
            evaluator.overrides().updateAndGet(before -> before.withAll(variants));
        } catch (Throwable e) {
            trouble.kept(e);
        }
    }

    /** Gives one user these variants by experiment, for trying things out: not measured. An empty map ends it. */
    public void setOverrides(@Nullable String user, @Nullable Map<String, String> variants) {
        try {
            evaluator.overrides().updateAndGet(before -> user == null ? before : before.with(user, variants));
        } catch (Throwable e) {
            trouble.kept(e);
        }
    }

    /**
     * Calls a listener, on a thread of its own, whenever another snapshot or emergency list is in use.
     *
     * @return ends it
     */
    public Runnable onConfigChange(@Nullable Consumer<ConfigChange> listener) {
        try {
            return listener == null ? () -> {} : link.listeners().add(listener);
        } catch (Throwable e) {
            trouble.kept(e);
            return () -> {};
        }
    }

    /** The snapshot in use, for those who build upon this; an empty one if there is none. */
    public Snapshot snapshot() {
        return evaluator.serving().assigner.snapshot();
    }

    /** What was seen and done so far. */
    public Stats stats() {
        Stats.Events sums = new Stats.Events(
                events.offered.sum(),
                events.delivered.sum(),
                events.dropped.sum(),
                events.rejected.sum(),
                events.queued(),
                link.retries());
        return new Stats(
                evaluator.source(),
                evaluator.serving().version(),
                link.emergencyVersion(),
                sums,
                link.config(),
                evaluator.unknownExperiments.sum(),
                trouble.failures(),
                trouble.last());
    }

    /** Sends what is queued now and waits for it; says whether all of it was dealt with in time. */
    public boolean flush(@Nullable Duration atMost) {
        try {
            return link.flush(atMost == null ? Duration.ZERO : atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (Throwable e) {
            trouble.kept(e);
            return false;
        }
    }

    /** Sends what is queued, for as long as the options allow, drops the rest and ends all threads. */
    @Override
    public void close() {
        try {
            events.close();
            link.close();
        } catch (Throwable e) {
            trouble.kept(e);
        }
    }

    String variant(AssayUser user, @Nullable String experiment, boolean shown) {
        try {
            return evaluator.variant(user.evaluation(evaluator), experiment, shown);
        } catch (Throwable e) {
            return trouble(e);
        }
    }

    Assignment assignment(AssayUser user, @Nullable String experiment) {
        try {
            return evaluator.assignment(user.evaluation(evaluator), experiment);
        } catch (Throwable e) {
            trouble.kept(e);
            return Assignment.notIn(experiment, AssignmentReason.FAILED);
        }
    }

    private String trouble(Throwable failure) {
        trouble.kept(failure);
        return Variant.CONTROL;
    }

    private static String known(@Nullable String user) {
        return user == null ? "" : user;
    }

    private static User known(@Nullable User user) {
        return user == null ? User.NOBODY : user;
    }
}
