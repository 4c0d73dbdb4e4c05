package io.assay.engine;

/** Why a user is in an experiment or not: the step of the evaluation that decided. */
public enum Reason {
    /** The experiment is on the emergency list. */
    KILLED(false),
    /** An override names the user. */
    OVERRIDE(true),
    /** The user is in the holdout. */
    HOLDOUT(false),
    /** The targeting does not hold. */
    TARGETING(false),
    /** The user's slot is not in the experiment. */
    SLOT(false),
    /** The user falls into a variant that was dropped. */
    DROPPED(false),
    /** The user's bucket is the variant's. */
    SPLIT(true),
    /** The experiment could not be evaluated. */
    FAILED(false);

    private final boolean in;

    Reason(boolean in) {
        this.in = in;
    }

    /** Says whether a user with this reason is in the experiment. */
    public boolean isIn() {
        return in;
    }
}
