package io.assay.client;

import io.assay.engine.Reason;
import org.jspecify.annotations.Nullable;

/** Why a user is in an experiment or not. */
public enum AssignmentReason {
    /** The user's bucket is the variant's. */
    SPLIT,
    /** An override of the snapshot or of this client names the variant; not measured. */
    OVERRIDE,
    /** The user is in the holdout. */
    HOLDOUT,
    /** The targeting does not hold. */
    TARGETING,
    /** The user's slot is not in the experiment. */
    SLOT,
    /** The user falls into a variant that was dropped. */
    DROPPED,
    /** The experiment is on the emergency list. */
    KILLED,
    /** The snapshot has no such experiment: it is a draft, paused, concluded, or misspelt. */
    UNKNOWN_EXPERIMENT,
    /** The user id is none: empty, too long, with control characters or not valid Unicode. */
    INVALID_USER,
    /** There is no snapshot yet. */
    NO_SNAPSHOT,
    /** Something went wrong; {@code stats().lastError()} says what. */
    FAILED;

    static AssignmentReason of(@Nullable Reason reason) {
        if (reason == null) {
            return INVALID_USER;
        }
        return switch (reason) {
            case SPLIT -> SPLIT;
            case OVERRIDE -> OVERRIDE;
            case HOLDOUT -> HOLDOUT;
            case TARGETING -> TARGETING;
            case SLOT -> SLOT;
            case DROPPED -> DROPPED;
            case KILLED -> KILLED;
            case FAILED -> FAILED;
        };
    }
}
