package io.assay.catalog;

import io.assay.platform.ApiError;
import io.assay.platform.FieldError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What may change of an experiment, by its status: anything of a draft, nothing of a concluded one, and of a running one
 * only what moves nobody from one variant to another, or out, and what does not change what is measured.
 */
final class Edits {
    static final Duration NOTICE = Duration.ofSeconds(60);
    private static final String REASSIGNS = WouldReassign.CODE;
    private static final String FROZEN = "frozen";

    private final StoredExperiment current;
    private final Definition old;
    private final Definition wanted;
    private final List<FieldError> refused = new ArrayList<>();

    private Edits(StoredExperiment current, Definition wanted) {
        this.current = current;
        this.old = current.definition();
        this.wanted = wanted;
    }

    /**
     * What of it would move users between variants, or out: that is only to be previewed. Throws 409 for everything else that
     * the experiment can't become.
     */
    static List<FieldError> check(StoredExperiment current, Definition wanted, Instant now) {
        if (current.status() == Status.DRAFT) {
            requireNothingDropped(wanted);
            return List.of();
        }
        if (current.definition().equals(wanted)) {
            return List.of();
        }
        if (current.status() == Status.CONCLUDED) {
            throw ApiError.conflict("concluded", "A concluded experiment does not change; copy it.");
        }
        return new Edits(current, wanted).checkRunning(now);
    }

    /** Only a running experiment can drop a variant. */
    static void requireNothingDropped(Definition definition) {
        Findings findings = new Findings();
        for (int i = 0; i < definition.variants().size(); i++) {
            if (definition.variants().get(i).dropped()) {
                findings.add(
                        "/variants/" + i + "/dropped", "not_running", "only a running experiment can drop a variant");
            }
        }
        findings.refuse();
    }

    private List<FieldError> checkRunning(Instant now) {
        same("key", FROZEN, old.key(), wanted.key());
        same("start", FROZEN, old.start(), wanted.start());
        same("metrics", FROZEN, old.metrics(), wanted.metrics());
        same("layer", REASSIGNS, old.layer(), wanted.layer());
        same("targeting", REASSIGNS, Served.targeting(old.targeting()), Served.targeting(wanted.targeting()));
        if (wanted.rollout() != null && wanted.rollout() < current.slots().size()) {
            refuse("rollout", REASSIGNS, "only upwards");
        }
        checkVariants();
        checkEnd(now);
        if (refused.isEmpty() || refused.stream().anyMatch(e -> e.code().equals(REASSIGNS))) {
            return refused;
        }
        throw ApiError.conflict(
                        refused.get(0).code(),
                        "These can't change while the experiment is "
                                + current.status().text() + ".")
                .withErrors(refused);
    }

    private void same(String name, String code, @Nullable Object is, @Nullable Object asked) {
        if (!Objects.equals(is, asked)) {
            refuse(name, code, "can't change any more");
        }
    }

    private void refuse(String name, String code, String message) {
        refused.add(new FieldError("/" + name, code, message));
    }

    private void checkVariants() {
        if (movesBuckets() || old.variants().size() != wanted.variants().size()) {
            refuse("variants", REASSIGNS, "keys, order and allocations can't change any more");
            return;
        }
        for (int i = 0; i < old.variants().size(); i++) {
            VariantDefinition is = old.variants().get(i);
            VariantDefinition asked = wanted.variants().get(i);
            if (!is.key().equals(asked.key())) {
                refuse("variants/" + i + "/key", REASSIGNS, "can't change any more");
            }
            if (!is.config().equals(asked.config())) {
                refuse("variants/" + i + "/config", FROZEN, "can't change any more");
            }
            if (is.dropped() && !asked.dropped()) {
                refuse("variants/" + i + "/dropped", FROZEN, "a dropped variant does not come back");
            }
        }
    }

    private void checkEnd(Instant now) {
        Instant earliest = now.plus(NOTICE);
        boolean moves = !Objects.equals(old.end(), wanted.end());
        if (moves && (isBefore(old.end(), earliest) || isBefore(wanted.end(), earliest))) {
            refuse("end", "too_late", "the old and the new end must be at least 60 s ahead");
        }
    }

    private static boolean isBefore(@Nullable Instant end, Instant earliest) {
        return end != null && end.isBefore(earliest);
    }

    private boolean movesBuckets() {
        return IntStream.range(0, Percent.ALL)
                .anyMatch(bucket -> !holder(old, bucket).equals(holder(wanted, bucket)));
    }

    private static String holder(Definition definition, int bucket) {
        int to = 0;
        for (VariantDefinition variant : definition.variants()) {
            to += variant.buckets();
            if (bucket < to) {
                return variant.key();
            }
        }
        return "";
    }
}
