package io.assay.ingestion;

import io.assay.protocol.Json;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A place in a JSON text that moves on over what is expected there, and fails for anything else without saying why. */
final class PlainText {
    /** Up to it every whole number is a time. */
    private static final int MAX_WHOLE_DIGITS = 14;

    private static final int MAX_UNITS_DIGITS = 9;
    private static final int PLACES = 6;
    private static final int KNOWN_BITS = 6;
    private static final int KNOWN_WORDS = 1 << KNOWN_BITS;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final byte DELETE = 0x7f;
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = ONES << 7;
    private static final long MIX = 0x9e3779b97f4a7c15L;

    private final byte[] in;
    private final @Nullable String[] words = new String[KNOWN_WORDS];
    private final long[] heads = new long[KNOWN_WORDS];
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
        long head = head(start, end);
        int place = (int) ((head * MIX) >>> (Long.SIZE - KNOWN_BITS));
        String known = words[place];
        if (known == null || heads[place] != head || !isAt(start, end, known)) {
            known = ascii(start, end);
            words[place] = known;
            heads[place] = head;
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
        long others = 0;
        while (others == 0 && end <= in.length - Long.BYTES) {
            others = others((long) LONGS.get(in, end));
            end += others == 0 ? Long.BYTES : Long.numberOfTrailingZeros(others) / Byte.SIZE;
        }
        while (others == 0 && end < in.length && isPlain(in[end])) {
            end++;
        }
        check(end < in.length && in[end] == '"' && end - start <= maxChars);
        at = end + 1;
        return end;
    }

    /** The high bits of the bytes that do not stand for themselves in a text; behind the first of them others may be set, too. */
    private static long others(long bytes) {
        long control = (bytes - ONES * ' ') & ~bytes;
        long quote = zeros(bytes ^ (ONES * '"'));
        long escape = zeros(bytes ^ (ONES * '\\'));
        long delete = zeros(bytes ^ (ONES * DELETE));
        return (bytes | control | quote | escape | delete) & HIGH_BITS;
    }

    private static long zeros(long bytes) {
        return (bytes - ONES) & ~bytes;
    }

    private static boolean isPlain(byte c) {
        return c >= ' ' && c != '"' && c != '\\' && c != DELETE;
    }

    /** The first eight bytes of a text as a number; of a shorter one all. */
    private long head(int start, int end) {
        int length = end - start;
        if (start > in.length - Long.BYTES) {
            long head = 0;
            for (int i = end - 1; i >= start; i--) {
                head = (head << Byte.SIZE) | in[i];
            }
            return head;
        }
        long head = (long) LONGS.get(in, start);
        return length >= Long.BYTES ? head : head & ((1L << (length * Byte.SIZE)) - 1);
    }

    /** Whether a text is one of the same head. */
    private boolean isAt(int start, int end, String text) {
        boolean same = text.length() == end - start;
        for (int i = start + Long.BYTES; same && i < end; i++) {
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
