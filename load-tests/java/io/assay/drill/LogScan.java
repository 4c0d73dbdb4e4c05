package io.assay.drill;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What nodes say that they should never have to: uncaught exceptions, blocked event loops, errors. */
final class LogScan {
    private static final Pattern BLOCKED = Pattern.compile("BlockedThreadChecker|has been blocked");
    private static final Pattern UNCAUGHT = Pattern.compile(
            "Exception in thread|Unhandled exception|[Uu]ncaught|OutOfMemoryError|StackOverflowError|NullPointerException");
    private static final Pattern ERROR = Pattern.compile("^[0-9:.]+ ERROR ");

    private final List<Pattern> allowed = new ArrayList<>();

    /** Lines that match are what this drill provokes. */
    void allow(String regex) {
        allowed.add(Pattern.compile(regex));
    }

    List<String> blocked(List<Node> nodes) throws IOException {
        return find(nodes, BLOCKED);
    }

    List<String> uncaught(List<Node> nodes) throws IOException {
        return find(nodes, UNCAUGHT);
    }

    List<String> errors(List<Node> nodes) throws IOException {
        return find(nodes, ERROR);
    }

    private List<String> find(List<Node> nodes, Pattern pattern) throws IOException {
        List<String> found = new ArrayList<>();
        for (Node node : nodes) {
            for (String line : node.output().lines().toList()) {
                if (pattern.matcher(line).find()
                        && allowed.stream().noneMatch(a -> a.matcher(line).find())) {
                    found.add(node + ": " + line);
                }
            }
        }
        return found;
    }
}
