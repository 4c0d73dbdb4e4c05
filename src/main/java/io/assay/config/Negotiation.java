package io.assay.config;

import java.util.List;
import java.util.Locale;

/** What a caller can read and what it has already: {@code Accept-Encoding} and {@code If-None-Match} of RFC 9110. */
final class Negotiation {
    private Negotiation() {}

    /** Whether gzip is accepted: named, or meant by {@code *}, with a weight above zero. */
    static boolean acceptsGzip(List<String> acceptEncoding) {
        Boolean any = null;
        for (String line : acceptEncoding) {
            for (String part : line.split(",")) {
                String[] pieces = part.split(";", -1);
                String coding = pieces[0].trim().toLowerCase(Locale.ROOT);
                if (coding.equals("gzip") || coding.equals("x-gzip")) {
                    return isWanted(pieces);
                }
                if (coding.equals("*")) {
                    any = isWanted(pieces);
                }
            }
        }
        return any != null && any;
    }

    private static boolean isWanted(String[] pieces) {
        for (int i = 1; i < pieces.length; i++) {
            String parameter = pieces[i].replace(" ", "").toLowerCase(Locale.ROOT);
            if (parameter.startsWith("q=")) {
                return parameter.matches("q=(1(\\.0{0,3})?|0\\.[0-9]{0,2}[1-9][0-9]{0,2})");
            }
        }
        return true;
    }

    /** Whether one of the entity tags, or {@code *}, names the representation; compared weakly, as for GET. */
    static boolean hasAlready(List<String> ifNoneMatch, String etag) {
        for (String line : ifNoneMatch) {
            if (line.trim().equals("*") || lists(line, etag)) {
                return true;
            }
        }
        return false;
    }

    private static boolean lists(String line, String etag) {
        int at = 0;
        while (at < line.length()) {
            int open = line.indexOf('"', at);
            int close = open < 0 ? -1 : line.indexOf('"', open + 1);
            if (close < 0) {
                return false;
            }
            if (close + 1 - open == etag.length() && line.startsWith(etag, open)) {
                return true;
            }
            at = close + 1;
        }
        return false;
    }
}
