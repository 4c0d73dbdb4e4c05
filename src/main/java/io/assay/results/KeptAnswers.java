package io.assay.results;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answers that a node keeps: those that were asked for last, as many as there is room for. Belongs to one event loop. */
final class KeptAnswers {
    private final Map<String, Answer> answers = new LinkedHashMap<>(16, 0.75f, true);
    private final long room;
    private long characters;

    /** With room for so many characters; there is always room for one answer. */
    KeptAnswers(long room) {
        this.room = room;
    }

    @Nullable
    Answer get(String key) {
        return answers.get(key);
    }

    void put(Answer answer) {
        Answer old = answers.put(answer.key(), answer);
        characters += answer.characters() - (old == null ? 0 : old.characters());
        Iterator<Answer> eldest = answers.values().iterator();
        while (characters > room && answers.size() > 1) {
            characters -= eldest.next().characters();
            eldest.remove();
        }
    }
}
