package io.assay.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Things in the order in which they were first asked for, each once. */
final class Numbering<T> {
    private final Map<T, Integer> numbers = new HashMap<>();
    private final List<T> things = new ArrayList<>();

    int of(T thing) {
        return numbers.computeIfAbsent(thing, unseen -> {
            things.add(unseen);
            return things.size() - 1;
        });
    }

    int size() {
        return things.size();
    }

    List<T> all() {
        return new ArrayList<>(things);
    }
}
