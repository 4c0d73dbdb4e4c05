package io.assay.catalog;

import io.assay.engine.Holdout;
import io.assay.platform.ApiError;
import io.assay.platform.FieldError;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A change of a running experiment that is refused, because it would move users between variants, or out. */
final class WouldReassign extends RuntimeException {
    static final String CODE = "would_reassign";
    private static final long serialVersionUID = 1L;

    private final transient StoredExperiment before;
    private final transient StoredExperiment after;
    private final transient @Nullable Holdout holdout;
    private final transient List<FieldError> refused;

    /** {@code after}: what it would have become. */
    WouldReassign(
            StoredExperiment before, StoredExperiment after, @Nullable Holdout holdout, List<FieldError> refused) {
        super(CODE, null, false, false);
        this.before = before;
        this.after = after;
        this.holdout = holdout;
        this.refused = List.copyOf(refused);
    }

    List<FieldError> refused() {
        return refused;
    }

    Patch.Step step() {
        return new Patch.Step(before, after, holdout, refused);
    }

    /** Whom of the sample it would move. */
    Impact impact() {
        return step().impact(null);
    }

    /** The answer to who asked for it. */
    static ApiError refusal(Impact impact, String instead, Map<String, Object> more) {
        BigDecimal share = impact.percent(impact.moved());
        Map<String, Object> members = new LinkedHashMap<>(more);
        members.put("share_percent", share);
        members.put("share", impact.share(impact.moved()));
        members.put("enter", impact.share(impact.enter()));
        members.put("leave", impact.share(impact.leave()));
        members.put("change", impact.share(impact.change()));
        members.put("sample", impact.sample());
        return ApiError.conflict(
                        CODE,
                        "This would move up to " + share.toPlainString() + " % of all users (into it "
                                + impact.percent(impact.enter()).toPlainString() + " %, out of it "
                                + impact.percent(impact.leave()).toPlainString() + " %, to another variant "
                                + impact.percent(impact.change()).toPlainString() + " %). " + instead)
                .with(members);
    }
}
