package io.assay.platform;

import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * The trace that a request belongs to, as its caller says in {@code traceparent} (W3C Trace Context). Assay makes no spans: it
 * hands on what it got, and names the trace in what it logs meanwhile.
 *
 * @param parent the header as it came, to be handed on
 */
public record Trace(String parent) {
    /** The header, of HTTP and of records. */
    public static final String HEADER = "traceparent";

    private static final CharSequence NAME = HttpHeaders.createOptimized(HEADER);

    /*
     *     version - trace id, 16 bytes             - parent id, 8     - flags
     *     00      - 4bf92f3577b34da6a3ce929d0e0e4736 - 00f067aa0ba902b7 - 01
     * A version above 00 may have more after that; ff is none. Neither id may be zero.
     */
    private static final int LENGTH = 55;
    private static final int LONGEST = 128;
    private static final int ID = 3;
    private static final int SPAN = 36;
    private static final int FLAGS = 53;

    /** The trace of the request that this thread works for; null if its caller named none. */
    public static @Nullable Trace current() {
        return RequestLocals.trace(RequestLocals.here());
    }

    /** Reads the header; null if it is not there or not a valid one, which is then nobody's. */
    public static @Nullable Trace of(@Nullable String header) {
        return header != null && isValid(header) ? new Trace(header) : null;
    }

    /** Notes the trace of a request for all that is done for it. */
    static void follow(HttpServerRequest request) {
        String header = request.headers().get(NAME);
        if (header != null) {
            Context own = RequestLocals.here();
            Trace trace = of(header);
            if (own != null && trace != null) {
                RequestLocals.put(own, trace);
            }
        }
    }

    /** The trace's own id: 32 digits. */
    public String id() {
        return parent.substring(ID, SPAN - 1);
    }

    private static boolean isValid(String text) {
        return text.length() >= LENGTH
                && text.length() <= LONGEST
                && isHex(text, 0, 2)
                && text.charAt(2) == '-'
                && isHex(text, ID, SPAN - 1)
                && text.charAt(SPAN - 1) == '-'
                && isHex(text, SPAN, FLAGS - 1)
                && text.charAt(FLAGS - 1) == '-'
                && isHex(text, FLAGS, LENGTH)
                && !isZero(text, ID, SPAN - 1)
                && !isZero(text, SPAN, FLAGS - 1)
                && hasRightEnd(text);
    }

    private static boolean hasRightEnd(String text) {
        if (text.startsWith("00")) {
            return text.length() == LENGTH;
        }
        return !text.startsWith("ff")
                && (text.length() == LENGTH || text.charAt(LENGTH) == '-')
                && text.chars().allMatch(c -> c > ' ' && c < 127);
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }
}
