package io.assay.assignment;

import io.assay.engine.UserId;
import io.assay.platform.ApiError;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a question from the query of an address. {@code user_id}, {@code key}, {@code keys} and {@code expand} are reserved; any
 * other parameter is an attribute.
 */
final class QueryReader {
    private static final String USER_ID = "user_id=";

    private QueryReader() {}

    /** Fills the question; throws an {@link ApiError} (400) for a query that can't be decoded or asks what can't be asked. */
    static void read(String uri, Question into) {
        into.clear();
        int at = uri.indexOf('?') + 1;
        int end = uri.indexOf('#') < 0 ? uri.length() : uri.indexOf('#');
        int names = 0;
        while (at > 0 && at < end) {
            int next = uri.indexOf('&', at);
            int stop = next < 0 || next > end ? end : next;
            if (stop > at) {
                if (++names > Question.MAX_NAMES) {
                    throw ApiError.malformed("More than " + Question.MAX_NAMES + " parameters.");
                }
                parameter(uri, at, stop, into);
            }
            at = stop + 1;
        }
        if (into.userId.isEmpty()) {
            throw ApiError.malformed("user_id is missing (expected: " + UserId.EXPECTED + ").");
        }
    }

    private static void parameter(String uri, int from, int to, Question into) {
        if (uri.startsWith(USER_ID, from) && from + USER_ID.length() <= to) {
            userId(decode(uri, from + USER_ID.length(), to), into);
            return;
        }
        int equals = uri.indexOf('=', from);
        int nameEnd = equals < 0 || equals > to ? to : equals;
        String name = decode(uri, from, nameEnd);
        String value = nameEnd == to ? "" : decode(uri, nameEnd + 1, to);
        switch (name) {
            case "user_id" -> userId(value, into);
            case "keys" -> into.keys.add(value);
            case "expand" -> into.withConfigs = expands(value);
            case "key" -> {}
            default -> into.attributes.add(name, value);
        }
    }

    private static void userId(String value, Question into) {
        if (!into.userId.isEmpty()) {
            throw ApiError.malformed("user_id is given twice.");
        }
        if (!UserId.isValid(value)) {
            throw ApiError.malformed("user_id is not valid (expected: " + UserId.EXPECTED + ").");
        }
        into.userId = value;
    }

    static boolean expands(String value) {
        if (!value.equals("config")) {
            throw ApiError.malformed("expand can only be config.");
        }
        return true;
    }

    private static String decode(String uri, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = uri.charAt(i);
            if (c == '%' || c == '+' || c >= 0x80) {
                return unescape(uri, from, to);
            }
        }
        return uri.substring(from, to);
    }

    /** Characters beyond ASCII are bytes that a client did not escape. */
    private static String unescape(String uri, int from, int to) {
        ByteBuffer bytes = ByteBuffer.allocate(to - from);
        for (int i = from; i < to; i++) {
            char c = uri.charAt(i);
            if (c == '%') {
                int high = i + 2 < to ? Character.digit(uri.charAt(i + 1), 16) : -1;
                int low = i + 2 < to ? Character.digit(uri.charAt(i + 2), 16) : -1;
                bytes.put((byte) requireByte((high << 4) | low));
                i += 2;
            } else {
                bytes.put((byte) requireByte(c == '+' ? ' ' : c));
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw undecodable();
        }
    }

    private static int requireByte(int value) {
        if (value < 0 || value > 0xff) {
            throw undecodable();
        }
        return value;
    }

    private static ApiError undecodable() {
        return ApiError.malformed("The query can't be decoded (expected: percent-encoded UTF-8).");
    }
}
