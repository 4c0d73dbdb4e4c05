package io.assay.results;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A table as text (RFC 4180). */
final class Csv {
    /** What every row ends with. */
    static final String END = "\r\n";

    private final StringBuilder text = new StringBuilder();

    Csv(List<String> names) {
        row(names);
    }

    /** A row of the cells of all lists, one after the other. */
    void row(List<?>... cells) {
        text.append(Stream.of(cells).flatMap(List::stream).map(Csv::cell).collect(Collectors.joining(",")))
                .append(END);
    }

    /** The cell of what may be missing. */
    static Object orEmpty(@Nullable Object value) {
        return value == null ? "" : value;
    }

    private static String cell(Object value) {
        String text = value instanceof BigDecimal number ? number.toPlainString() : value.toString();
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
