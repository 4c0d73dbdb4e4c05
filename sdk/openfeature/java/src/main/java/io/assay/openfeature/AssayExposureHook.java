package io.assay.openfeature;

import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.Hook;
import dev.openfeature.sdk.HookContext;
import dev.openfeature.sdk.Reason;
import io.assay.client.AssayClient;
import java.util.Map;
import java.util.Set;

/**
 * Records who was shown what, beside a stock OFREP client: OFREP asks, and to ask is no exposure.
 *
 * <p>After each evaluation that put the user into an experiment, the exposure to that variant is recorded once. Defaults, errors
 * and overrides are not. {@link AssayProvider} does this by itself: together with it, this hook does nothing more.
 */
public final class AssayExposureHook implements Hook<Object> {
    /** An override is TARGETING_MATCH, a user who is not in it DEFAULT. What is CACHED was either, and its metadata say which. */
    private static final Set<String> SHOWN = Set.of(Reason.SPLIT.name(), Reason.CACHED.name());

    private final AssayClient client;

    /** Records with a client, which needs no snapshot for it. */
    public AssayExposureHook(AssayClient client) {
        this.client = client;
    }

    @Override
    public void after(HookContext<Object> context, FlagEvaluationDetails<Object> details, Map<String, Object> hints) {
        if (isShown(details)) {
            client.logExposure(details.getFlagKey(), context.getCtx().getTargetingKey(), details.getVariant());
        }
    }

    private static boolean isShown(FlagEvaluationDetails<Object> details) {
        return details.getErrorCode() == null
                && details.getReason() != null
                && SHOWN.contains(details.getReason())
                && !Boolean.FALSE.equals(details.getFlagMetadata().getBoolean(AssayProvider.IN_EXPERIMENT));
    }
}
