package io.assay.assignment;

import io.assay.engine.Scratch;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Evaluates questions and puts the answers together from fragments; one per event loop. */
final class AnswerWriter {
    private static final byte[] ASSIGNMENTS = ascii("{\"assignments\":{");
    private static final byte[] CONFIGS = ascii("},\"configs\":{");
    private static final byte[] END = ascii("}}");
    private static final byte[] DEGRADED = ascii("},\"degraded\":true}");

    private final Scratch scratch = new Scratch();
    private boolean[] wanted = new boolean[0];
    private byte[] out = new byte[4096];
    private int length;

    /** The answer's body. */
    Buffer answer(Compiled compiled, Question question) {
        write(compiled, question);
        return Buffer.buffer(length).appendBytes(out, 0, length);
    }

    /** Writes the answer's body into {@link #bytes} and returns how long it is. */
    int write(Compiled compiled, Question question) {
        length = 0;
        compiled.assigner().assign(question.userId, question.attributes, scratch);
        limit(compiled.fragments(), question);
        append(ASSIGNMENTS);
        fragments(compiled.fragments(), false);
        if (question.withConfigs) {
            append(CONFIGS);
            fragments(compiled.fragments(), true);
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

    private void fragments(Fragments fragments, boolean configs) {
        int[] variants = scratch.variants();
        boolean first = true;
        for (int e = 0; e < fragments.size(); e++) {
            int variant = variants[e];
            if (variant >= 0) {
                if (!first) {
                    comma();
                }
                append(configs ? fragments.config(e, variant) : fragments.assignment(e, variant));
                first = false;
            }
        }
    }

    private void append(byte[] part) {
        ensure(part.length + 1);
        System.arraycopy(part, 0, out, length, part.length);
        length += part.length;
    }

    /** Has room: every append leaves some. */
    private void comma() {
        out[length++] = ',';
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
