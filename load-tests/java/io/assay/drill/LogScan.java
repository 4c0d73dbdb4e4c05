package io.assay.drill;

import java.io.IOException;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What nodes say that they should never have to: uncaught exceptions, blocked event loops, errors. */
final class LogScan {
    private static final Pattern BLOCKED = Pattern.compile("BlockedThreadChecker|has been blocked");
    private static final Pattern UNCAUGHT = Pattern.compile(
            "Exception in thread|Unhandled exception|[Uu]ncaught|OutOfMemoryError|StackOverflowError|NullPointerException");
    private static final Pattern READY = Pattern.compile("^Assay is (ready|started)");
    private static final Pattern TIME = Pattern.compile("^[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}");
    private static final Pattern ERROR = Pattern.compile("^[0-9:.]+ ERROR ");

    private final List<Pattern> allowed = new ArrayList<>();

    /** Lines that match are what this drill provokes. */
    void allow(String regex) {
        allowed.add(Pattern.compile(regex));
    }

    /** From a node's readiness on, for before it has no port and loads its classes; and not while it is stopped from outside. */
    List<String> blocked(List<Node> nodes) throws IOException {
        return find(nodes, BLOCKED, true);
    }

    List<String> uncaught(List<Node> nodes) throws IOException {
        return find(nodes, UNCAUGHT, false);
    }

    List<String> errors(List<Node> nodes) throws IOException {
        return find(nodes, ERROR, false);
    }

    private static boolean wasStopped(Node node, String line) {
        Matcher time = TIME.matcher(line);
        return time.find() && node.wasStopped(LocalTime.parse(time.group()));
    }

    private List<String> find(List<Node> nodes, Pattern pattern, boolean onlyWhenReady) throws IOException {
        List<String> found = new ArrayList<>();
        for (Node node : nodes) {
            boolean ready = false;
            for (String line : node.output().lines().toList()) {
                ready = !line.equals(Node.BEGINS)
                        && (ready || READY.matcher(line).find());
                if (pattern.matcher(line).find()
                        && (!onlyWhenReady || ready && !wasStopped(node, line))
                        && allowed.stream().noneMatch(a -> a.matcher(line).find())) {
                    found.add(node + ": " + line);
                }
            }
        }
        return found;
    }
}
