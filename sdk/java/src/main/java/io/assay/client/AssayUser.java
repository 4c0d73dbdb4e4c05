package io.assay.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client bound to one user, who is evaluated once per snapshot. For any number of threads. */
public final class AssayUser {
    private final AssayClient client;
    private final User user;
    private volatile @Nullable Evaluation evaluation;

    AssayUser(AssayClient client, User user) {
        this.client = client;
        this.user = user;
    }

    /** The user. */
    public User user() {
        return user;
    }

    /** The variant's key, control on any trouble; records the exposure once. */
    public String getVariant(@Nullable String experiment) {
        return client.variant(this, experiment, true);
    }

    /** The variant's key without an exposure. */
    public String peekVariant(@Nullable String experiment) {
        return client.variant(this, experiment, false);
    }

    /** Variant, config, reason, in or not; no exposure: {@link #logExposure} when it is shown. */
    public Assignment getAssignment(@Nullable String experiment) {
        return client.assignment(this, experiment);
    }

    /** The experiments that the user is in, by key; no exposure. */
    public Map<String, Assignment> getAllAssignments() {
        return client.getAllAssignments(user);
    }

    /** Records that the user was shown their variant, once. */
    public void logExposure(@Nullable String experiment) {
        client.variant(this, experiment, true);
    }

    /** The user did something. */
    public void track(@Nullable String event) {
        client.track(event, user.id());
    }

    /** The user did something that has a value. */
    public void track(@Nullable String event, double value) {
        client.track(event, user.id(), value);
    }

    /** The user did something that has a value and properties, which are kept but not counted. */
    public void track(@Nullable String event, double value, @Nullable Map<String, ?> properties) {
        client.track(event, user.id(), value, properties);
    }

    Evaluation evaluation(Evaluator evaluator) {
        Evaluation known = evaluation;
        if (known == null || known.serving != evaluator.serving()) {
            known = evaluator.of(user);
            evaluation = known;
        }
        return known;
    }
}
