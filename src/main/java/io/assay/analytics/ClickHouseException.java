package io.assay.analytics;

import java.util.Set;
import java.util.regex.Pattern;

/** What ClickHouse answered in place of a result. */
final class ClickHouseException extends RuntimeException {
    static final int NO_SUCH_DATABASE = 81;
    static final int EXISTS_ALREADY = 57;
    static final int COLUMN_EXISTS_ALREADY = 15;
    /* What cannot be parsed, queries or texts that are too large, values out of range: it is the same every time. */
    private static final Set<Integer> OF_THE_ROWS = Set.of(6, 27, 62, 117, 131, 167, 168, 321);

    private static final long serialVersionUID = 1;
    private static final int LONGEST = 300;
    private static final Pattern CODE = Pattern.compile("Code: (\\d+)");
    private static final Pattern TEXTS = Pattern.compile("'(?:[^'\\\\]|\\\\.)*'?");

    private final int code;

    /** @param answer of which only the number is the same in all versions; texts in it may be somebody's data */
    ClickHouseException(String what, int status, String answer) {
        super(what + ": status " + status + ", " + withoutTexts(answer));
        var found = CODE.matcher(answer);
        code = found.find() ? Integer.parseInt(found.group(1)) : 0;
    }

    /** ClickHouse's own number of the error; 0 if it gave none. */
    int code() {
        return code;
    }

    /** Whether the rows that were sent are at fault; everything else may go well the next time. */
    boolean isOfTheRows() {
        return OF_THE_ROWS.contains(code);
    }

    private static String withoutTexts(String answer) {
        var line = answer.lines().findFirst().orElse("");
        var safe = TEXTS.matcher(line).replaceAll("'…'");
        return safe.length() > LONGEST ? safe.substring(0, LONGEST) + "…" : safe;
    }
}
