package io.assay.assignment;

import io.assay.engine.Scratch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Evaluates questions and puts the answers together from pieces; one per event loop. */
final class AnswerWriter {
    private static final byte[] ASSIGNMENTS = ascii("{\"assignments\":{");
    private static final byte[] CONFIGS = ascii("},\"configs\":{");
    private static final byte[] END = ascii("}}");
    private static final byte[] DEGRADED = ascii("},\"degraded\":true}");

    private final Scratch scratch = new Scratch();
    private boolean[] wanted = new boolean[0];
    private byte[] out = new byte[4096];
    private int length;

    /** Writes the answer's body into {@link #bytes} and returns how long it is. */
    int write(Compiled compiled, Question question) {
        length = 0;
        compiled.assigner().assign(question.userId, question.attributes, scratch);
        limit(compiled.fragments(), question);
        append(ASSIGNMENTS);
        append(compiled.fragments().assignments());
        if (question.withConfigs) {
            append(CONFIGS);
            append(compiled.fragments().configs());
        }
        append(compiled.degraded() ? DEGRADED : END);
        return length;
    }

    byte[] bytes() {
        return out;
    }

    /** Takes the user out of what was not asked for. */
    private void limit(Fragments fragments, Question question) {
        if (question.keys.isEmpty()) {
            return;
        }
        if (wanted.length < fragments.size()) {
            wanted = new boolean[fragments.size()];
        }
        Arrays.fill(wanted, false);
        for (int i = 0; i < question.keys.size(); i++) {
            int place = fragments.place(question.keys.get(i));
            if (place >= 0) {
                wanted[place] = true;
            }
        }
        int[] variants = scratch.variants();
        for (int e = 0; e < fragments.size(); e++) {
            variants[e] = wanted[e] ? variants[e] : -1;
        }
    }

    /** Each piece brings a comma, and the last one's is one too many. */
    private void append(Pieces pieces) {
        ensure(pieces.room(scratch.variants()));
        int end = pieces.copy(scratch.variants(), scratch.candidates(), out, length);
        length = end > length ? end - 1 : length;
    }

    private void append(byte[] part) {
        ensure(part.length);
        System.arraycopy(part, 0, out, length, part.length);
        length += part.length;
    }

    private void ensure(int more) {
        if (length + more > out.length) {
            out = Arrays.copyOf(out, Math.max(length + more, 2 * out.length));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
