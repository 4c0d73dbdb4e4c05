package io.assay;

import static io.assay.Manifests.elements;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What dashboard and alert rules ask of Prometheus. */
public final class Queries {
    public static final Path RULES = Path.of("k8s/monitoring/rules.yaml");
    public static final Path DASHBOARD = Path.of("k8s/monitoring/dashboard.json");

    private static final Pattern GROUPING =
            Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");
    private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*+)\\s*+(\\{[^}]*})?+(?!\\s*\\()");
    private static final Pattern MATCHER = Pattern.compile("([a-zA-Z_]+)(=~|!=|!~|=)\"([^\"]*)\"");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool");

    private Queries() {}

    /** A metric that a query asks for, with what it wants of its labels. */
    public record Selector(String metric, String matchers) {
        /** Whether one of the lines of a scrape is such a sample. */
        public boolean isIn(List<Sample> samples) {
            return samples.stream().anyMatch(this::matches);
        }

        private boolean matches(Sample sample) {
            return sample.metric.equals(metric)
                    && MATCHER.matcher(matchers).results().allMatch(one -> {
                        String value = sample.labels.getOrDefault(one.group(1), "");
                        String wanted = one.group(3).replace("$stage", ".*");
                        return switch (one.group(2)) {
                            case "=" -> value.equals(wanted);
                            case "!=" -> !value.equals(wanted);
                            case "=~" -> value.matches(wanted);
                            default -> !value.matches(wanted);
                        };
                    });
        }
    }

    /** A line of a scrape. */
    public record Sample(String metric, Map<String, String> labels) {
        /** All lines of one. */
        public static List<Sample> of(String scrape) {
            List<Sample> samples = new ArrayList<>();
            for (String line : scrape.lines().filter(l -> !l.startsWith("#")).toList()) {
                int end = Math.min(indexOf(line, '{'), indexOf(line, ' '));
                Map<String, String> labels = new TreeMap<>();
                MATCHER.matcher(line).results().forEach(label -> labels.put(label.group(1), label.group(3)));
                samples.add(new Sample(line.substring(0, end), labels));
            }
            return samples;
        }

        private static int indexOf(String line, char c) {
            int at = line.indexOf(c);
            return at < 0 ? line.length() : at;
        }
    }

    /** The metrics that a query asks for. */
    static Set<Selector> selectors(String query) {
        Set<Selector> found = new LinkedHashSet<>();
        String plain = GROUPING.matcher(query).replaceAll(" ").replaceAll("\\[[^]]*]|\\boffset\\s+\\S+", " ");
        Matcher selector = SELECTOR.matcher(plain);
        while (selector.find()) {
            String matchers = selector.group(2) == null ? "" : selector.group(2);
            String name = selector.group(1);
            if (!WORDS.contains(name)) {
                found.add(new Selector(name, matchers));
            }
        }
        return found;
    }

    /** Every query of both files by where it stands. */
    public static Map<String, String> all() throws IOException {
        Map<String, String> all = new TreeMap<>();
        for (JsonNode rule : alerts()) {
            all.put("alert " + rule.path("alert").asText(), rule.path("expr").asText());
        }
        for (JsonNode panel : panels()) {
            panel.path("targets")
                    .forEach(target -> all.put(
                            "panel " + panel.path("title").asText() + " "
                                    + target.path("refId").asText(),
                            target.path("expr").asText()));
        }
        return all;
    }

    /** Every metric with its labels that one of the queries asks for, by where it does. */
    public static Map<Selector, Set<String>> asked() throws IOException {
        Map<Selector, Set<String>> asked = new LinkedHashMap<>();
        all().forEach((where, query) -> selectors(query)
                .forEach(selector ->
                        asked.computeIfAbsent(selector, s -> new TreeSet<>()).add(where)));
        return asked;
    }

    static List<JsonNode> alerts() throws IOException {
        return elements(Manifests.yaml(RULES).at("/spec/groups"))
                .flatMap(group -> elements(group.path("rules")))
                .toList();
    }

    static List<JsonNode> panels() throws IOException {
        return elements(new ObjectMapper().readTree(Files.readString(DASHBOARD)).path("panels"))
                .toList();
    }
}
