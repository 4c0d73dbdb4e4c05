package io.assay.load;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The arguments of a run, {@code --name value}; what is not known is refused. */
record Options(Map<String, String> values) {
    private static final Set<String> KNOWN = Set.of(
            "url",
            "key",
            "rate",
            "seconds",
            "warmup",
            "connections",
            "pipelining",
            "rounds",
            "only",
            "join",
            "rows",
            "store-rate",
            "records",
            "users");

    static Options of(String[] args, int from) {
        Map<String, String> values = new HashMap<>();
        for (int i = from; i < args.length; i += 2) {
            String name = args[i].replaceFirst("^--", "");
            if (!KNOWN.contains(name) || i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " (expected: --name value, names are " + KNOWN + ")");
            }
            values.put(name, args[i + 1]);
        }
        return new Options(values);
    }

    URI url(String otherwise) {
        return URI.create(values.getOrDefault("url", otherwise));
    }

    String key() {
        return values.getOrDefault("key", StageServer.KEY);
    }

    String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    int number(String name, int otherwise) {
        return Integer.parseInt(values.getOrDefault(name, Integer.toString(otherwise)));
    }
}
