package io.assay.engine;

/** The users who are kept out of every experiment: those whose bucket under the salt is in the slots. */
public record Holdout(String salt, Slots slots) {
    public Holdout {
        Bucket.requireSalt(salt);
    }
}
