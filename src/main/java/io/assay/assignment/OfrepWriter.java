package io.assay.assignment;

import io.assay.engine.Assigner;
import io.assay.engine.Scratch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Evaluates questions and writes the answers as OFREP has them; one per event loop. */
final class OfrepWriter {
    private static final byte[] SPLIT = ascii(",\"reason\":\"SPLIT\",\"metadata\":{\"inExperiment\":true}}");
    private static final byte[] OVERRIDE =
            ascii(",\"reason\":\"TARGETING_MATCH\",\"metadata\":{\"inExperiment\":true}}");
    private static final byte[] DEFAULT = ascii(",\"reason\":\"DEFAULT\",\"metadata\":{\"inExperiment\":false}}");
    private static final byte[] FLAGS = ascii("{\"flags\":[");
    private static final byte[] COMMA = ascii(",");
    private static final byte[] DEGRADED = ascii("],\"metadata\":{\"degraded\":true}}");

    private final Scratch scratch = new Scratch();
    private byte[] out = new byte[4096];
    private int length;

    /** Writes one flag into {@link #bytes} and returns how long it is. */
    int one(OfrepFlags flags, Assigner assigner, Question question, int experiment) {
        length = 0;
        assigner.assign(question.userId, question.attributes, scratch);
        flag(flags, assigner, question, experiment);
        return length;
    }

    /** Writes all flags but those of killed experiments into {@link #bytes} and returns how long that is. */
    int all(Compiled compiled, Assigner assigner, Question question) {
        length = 0;
        assigner.assign(question.userId, question.attributes, scratch);
        boolean first = true;
        for (int e = 0; e < compiled.fragments().flags().size(); e++) {
            if (!assigner.isKilled(e)) {
                append(first ? FLAGS : COMMA);
                flag(compiled.fragments().flags(), assigner, question, e);
                first = false;
            }
        }
        if (first) {
            append(FLAGS);
        }
        append(compiled.degraded() ? DEGRADED : versions(compiled));
        return length;
    }

    byte[] bytes() {
        return out;
    }

    private void flag(OfrepFlags flags, Assigner assigner, Question question, int experiment) {
        int variant = scratch.variants()[experiment];
        if (variant == Assigner.NOT_IN) {
            append(flags.beginning(experiment, flags.control(experiment)));
            append(DEFAULT);
        } else {
            append(flags.beginning(experiment, variant));
            append(assigner.isOverridden(experiment, question.userId) ? OVERRIDE : SPLIT);
        }
    }

    private static byte[] versions(Compiled compiled) {
        return ascii(
                "],\"metadata\":{\"version\":" + compiled.assigner().snapshot().version() + "}}");
    }

    private void append(byte[] part) {
        if (length + part.length > out.length) {
            out = Arrays.copyOf(out, Math.max(length + part.length, 2 * out.length));
        }
        System.arraycopy(part, 0, out, length, part.length);
        length += part.length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
