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
    private static final Pattern READY = Pattern.compile("^Assay is (ready|started)");
    private static final Pattern ERROR = Pattern.compile("^[0-9:.]+ ERROR ");

    private final List<Pattern> allowed = new ArrayList<>();

    /** Lines that match are what this drill provokes. */
    void allow(String regex) {
        allowed.add(Pattern.compile(regex));
    }

    /** From a node's readiness on: while it loads its classes it has no port, and other starts slow it down. */
    List<String> blocked(List<Node> nodes) throws IOException {
        return find(nodes, BLOCKED, true);
    }

    List<String> uncaught(List<Node> nodes) throws IOException {
        return find(nodes, UNCAUGHT, false);
    }

    List<String> errors(List<Node> nodes) throws IOException {
        return find(nodes, ERROR, false);
    }

    private List<String> find(List<Node> nodes, Pattern pattern, boolean onlyWhenReady) throws IOException {
        List<String> found = new ArrayList<>();
        for (Node node : nodes) {
            boolean ready = false;
            for (String line : node.output().lines().toList()) {
                ready = !line.equals(Node.BEGINS)
                        && (ready || READY.matcher(line).find());
                if (pattern.matcher(line).find()
                        && (ready || !onlyWhenReady)
                        && allowed.stream().noneMatch(a -> a.matcher(line).find())) {
                    found.add(node + ": " + line);
                }
            }
        }
        return found;
    }
}
