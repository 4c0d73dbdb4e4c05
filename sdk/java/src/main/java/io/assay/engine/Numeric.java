package io.assay.engine;

/** Numbers and versions as targeting reads them from text, without garbage for the usual ones. */
final class Numeric {
    private static final int EXACT_DIGITS = 15;
    private static final int VERSION_DIGITS = 9;

    private Numeric() {}

    /** The double of a text that matches {@code -?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?} from end to end, else NaN. */
    static double number(String text) {
        int start = text.startsWith("-") ? 1 : 0;
        int at = digits(text, start);
        if (at == start) {
            return Double.NaN;
        }
        if (at == text.length() && at - start <= EXACT_DIGITS) {
            return start == 0 ? integer(text, start, at) : -integer(text, start, at);
        }
        if (at < text.length() && text.charAt(at) == '.') {
            int fraction = at + 1;
            at = digits(text, fraction);
            if (at == fraction) {
                return Double.NaN;
            }
        }
        if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
            int exponent = at + 1;
            if (exponent < text.length() && (text.charAt(exponent) == '+' || text.charAt(exponent) == '-')) {
                exponent++;
            }
            at = digits(text, exponent);
            if (at == exponent) {
                return Double.NaN;
            }
        }
        return at == text.length() ? Double.parseDouble(text) : Double.NaN;
    }

    /** Says whether a text starts with a version. */
    static boolean startsVersion(String text) {
        int start = versionStart(text);
        return digits(text, start) > start;
    }

    /** Compares the version that each text starts with, part by part; a part that is not there is 0. */
    static int compareVersions(String a, String b) {
        int i = versionStart(a);
        int j = versionStart(b);
        while (i >= 0 || j >= 0) {
            int iEnd = i < 0 ? i : partEnd(a, i);
            int jEnd = j < 0 ? j : partEnd(b, j);
            double left = i < 0 ? 0 : integer(a, i, iEnd);
            double right = j < 0 ? 0 : integer(b, j, jEnd);
            if (left != right) {
                return left < right ? -1 : 1;
            }
            i = nextPart(a, i, iEnd);
            j = nextPart(b, j, jEnd);
        }
        return 0;
    }

    private static int versionStart(String text) {
        return text.startsWith("v") ? 1 : 0;
    }

    private static int partEnd(String text, int start) {
        return Math.min(digits(text, start), start + VERSION_DIGITS);
    }

    private static int nextPart(String text, int start, int end) {
        boolean more =
                start >= 0 && end + 1 < text.length() && text.charAt(end) == '.' && isDigit(text.charAt(end + 1));
        return more ? end + 1 : -1;
    }

    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static double integer(String text, int from, int to) {
        long n = 0;
        for (int i = from; i < to; i++) {
            n = n * 10 + text.charAt(i) - '0';
        }
        return n;
    }
}
