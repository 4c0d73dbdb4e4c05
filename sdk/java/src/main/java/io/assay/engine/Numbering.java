package io.assay.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names in the order in which they were first asked for, each once. */
final class Numbering {
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    int of(String name) {
        return numbers.computeIfAbsent(name, unseen -> {
            names.add(unseen);
            return names.size() - 1;
        });
    }

    int size() {
        return names.size();
    }

    List<String> names() {
        return new ArrayList<>(names);
    }
}
