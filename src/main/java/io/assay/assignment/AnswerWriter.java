package io.assay.assignment;

import io.assay.engine.Scratch;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Evaluates questions, and puts each answer together from pieces where it is sent from; one per event loop. */
final class AnswerWriter implements Answers.Body {
    private static final byte[] ASSIGNMENTS = ascii("{\"assignments\":{");
    private static final byte[] CONFIGS = ascii("},\"configs\":{");
    private static final byte[] END = ascii("}}");
    private static final byte[] DEGRADED = ascii("},\"degraded\":true}");

    private final Scratch scratch = new Scratch();
    private boolean[] wanted = new boolean[0];
    private Compiled compiled = Compiled.NOTHING;
    private boolean withConfigs;

    /** Evaluates a question; the answer is written from then on. */
    void evaluate(Compiled by, Question question) {
        by.assigner().assign(question.userId, question.attributes, scratch);
        limit(by.fragments(), question);
        compiled = by;
        withConfigs = question.withConfigs;
    }

    @Override
    public int room() {
        int room = ASSIGNMENTS.length + room(compiled.fragments().assignments()) + DEGRADED.length;
        return withConfigs ? room + CONFIGS.length + room(compiled.fragments().configs()) : room;
    }

    private int room(Pieces pieces) {
        return pieces.room(scratch.variants(), scratch.candidates());
    }

    @Override
    public void writeTo(ByteBuf out) {
        out.writeBytes(ASSIGNMENTS);
        append(compiled.fragments().assignments(), out);
        if (withConfigs) {
            out.writeBytes(CONFIGS);
            append(compiled.fragments().configs(), out);
        }
        out.writeBytes(compiled.degraded() ? DEGRADED : END);
    }

    /** Each piece brings a comma, and the last one's is one too many. */
    private void append(Pieces pieces, ByteBuf out) {
        int start = out.writerIndex();
        pieces.writeTo(out, scratch.variants(), scratch.candidates());
        out.writerIndex(Math.max(start, out.writerIndex() - 1));
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

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
