package io.assay.analytics;

/**
 * A text as a literal of ClickHouse's SQL, which older versions have no parameters for. All that is not plain ASCII
 * punctuation, letters or digits is either left as it is (beyond ASCII) or written as an escape.
 */
final class ClickHouseLiteral {
    private ClickHouseLiteral() {}

    /** The text in quotes, whatever is in it. */
    static String of(String text) {
        var literal = new StringBuilder(text.length() + 2).append('\'');
        for (int i = 0; i < text.length(); i++) {
            append(literal, text.charAt(i));
        }
        return literal.append('\'').toString();
    }

    private static void append(StringBuilder literal, char c) {
        if (c == '\'' || c == '\\') {
            literal.append('\\').append(c);
        } else if (c < ' ' || c == 0x7f) {
            literal.append("\\x").append(hex(c >> 4)).append(hex(c & 15));
        } else {
            literal.append(c);
        }
    }

    private static char hex(int digit) {
        return Character.toUpperCase(Character.forDigit(digit, 16));
    }
}
