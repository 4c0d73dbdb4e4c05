package io.assay.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The words after a command: {@code --name value} pairs and plain arguments; unknown names are refused. */
record Options(Map<String, String> named, List<String> plain) {
    static Options parse(List<String> words, Set<String> known) {
        Map<String, String> named = new TreeMap<>();
        List<String> plain = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("--")) {
                plain.add(word);
                continue;
            }
            if (!known.contains(word)) {
                throw new UsageException("unknown option " + word + " (known: " + String.join(" ", known) + ")");
            }
            if (i + 1 == words.size()) {
                throw new UsageException(word + " needs a value");
            }
            named.put(word, words.get(++i));
        }
        return new Options(named, plain);
    }

    Optional<Path> path(String name) {
        return Optional.ofNullable(named.get(name)).map(Path::of);
    }

    Optional<Integer> number(String name, int min, int max) {
        String text = named.get(name);
        if (text == null) {
            return Optional.empty();
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return Optional.of(number);
            }
        } catch (NumberFormatException e) {
            // falls through to the refusal, which says what is expected
        }
        throw new UsageException(name + " " + text + " (expected: a whole number from " + min + " to " + max + ")");
    }
}
