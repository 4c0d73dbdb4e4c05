package io.assay.ingestion;

import io.assay.protocol.Json;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A place in a JSON text that moves on over what is expected there, and fails for anything else without saying why. */
final class PlainText {
    /** Up to it every whole number is a time. */
    private static final int MAX_WHOLE_DIGITS = 14;

    private static final int MAX_UNITS_DIGITS = 9;
    private static final int PLACES = 6;
    private static final int KNOWN_WORDS = 64;

    /** By byte: whether it stands for itself within a text. */
    private static final boolean[] IS_PLAIN = new boolean[256];

    static {
        Arrays.fill(IS_PLAIN, ' ', 0x7f, true);
        IS_PLAIN['"'] = false;
        IS_PLAIN['\\'] = false;
    }

    private final byte[] in;
    private final @Nullable String[] words = new String[KNOWN_WORDS];
    private int at;

    PlainText(byte[] in) {
        this.in = in;
    }

    /** That something is not as it mostly is. */
    static final class Unusual extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unusual() {
            super(null, null, false, false);
        }
    }

    /** Takes the value of a member of that name. */
    interface Members {
        void member(String name);
    }

    static void check(boolean isUsual) {
        if (!isUsual) {
            throw new Unusual();
        }
    }

    int at() {
        return at;
    }

    /** An object with at least one member. */
    void object(Members members) {
        expect('{');
        do {
            String name = word(in.length);
            expect(':');
            members.member(name);
        } while (accept(','));
        expect('}');
    }

    /** A list with at least one element; each is taken by its index. */
    void array(IntConsumer elements) {
        expect('[');
        int index = 0;
        do {
            elements.accept(index++);
        } while (accept(','));
        expect(']');
    }

    boolean isText() {
        return next() == '"';
    }

    /** A text of printable ASCII without escapes. */
    String text(int maxChars) {
        int start = openText();
        int end = closeText(start, maxChars);
        return ascii(start, end);
    }

    /** The same, for texts of which there are few: the last ones are kept, each in the place it hashes to. */
    String word(int maxChars) {
        int start = openText();
        int end = closeText(start, maxChars);
        check(end > start);
        int place = (31 * in[start] + 7 * in[end - 1] + end - start) & (KNOWN_WORDS - 1);
        String known = words[place];
        if (known == null || !isAt(start, end, known)) {
            known = ascii(start, end);
            words[place] = known;
        }
        return known;
    }

    /** A whole number, not negative. */
    long whole() {
        next();
        return digits(MAX_WHOLE_DIGITS);
    }

    /** A number in millionths. */
    long micros() {
        boolean isNegative = next() == '-';
        at += isNegative ? 1 : 0;
        long micros = digits(MAX_UNITS_DIGITS);
        int places = 0;
        if (at < in.length && in[at] == '.') {
            int start = ++at;
            while (at < in.length && isDigit(in[at]) && at - start < PLACES) {
                micros = micros * 10 + in[at++] - '0';
            }
            places = at - start;
            check(places > 0);
        }
        for (; places < PLACES; places++) {
            micros *= 10;
        }
        return isNegative ? -micros : micros;
    }

    /** Any value. */
    Json.Part part(Json.Limits limits) {
        Json.Part part = Json.parsePart(in, at, limits);
        at = part.end();
        return part;
    }

    void end() {
        check(next() < 0);
    }

    private long digits(int most) {
        int start = at;
        long number = 0;
        while (at < in.length && isDigit(in[at])) {
            number = number * 10 + in[at++] - '0';
        }
        int count = at - start;
        check(count > 0 && count <= most && (count == 1 || in[start] != '0'));
        return number;
    }

    private int openText() {
        expect('"');
        return at;
    }

    private int closeText(int start, int maxChars) {
        int end = start;
        while (end < in.length && IS_PLAIN[in[end] & 0xff]) {
            end++;
        }
        check(end < in.length && in[end] == '"' && end - start <= maxChars);
        at = end + 1;
        return end;
    }

    private boolean isAt(int start, int end, String text) {
        boolean same = text.length() == end - start;
        for (int i = start; same && i < end; i++) {
            same = in[i] == text.charAt(i - start);
        }
        return same;
    }

    @SuppressWarnings("deprecation") // every byte is ASCII: the quick constructor is the right one
    private String ascii(int from, int to) {
        return new String(in, 0, from, to - from);
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isSpace(byte c) {
        return c <= ' ' && (c == ' ' || c == '\n' || c == '\r' || c == '\t');
    }

    private void expect(char c) {
        check(accept(c));
    }

    private boolean accept(char c) {
        boolean there = next() == c;
        at += there ? 1 : 0;
        return there;
    }

    /** What comes after spaces; -1 at the end. */
    private int next() {
        while (at < in.length && isSpace(in[at])) {
            at++;
        }
        return at < in.length ? in[at] : -1;
    }
}
