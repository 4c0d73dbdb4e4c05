package io.assay.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Requests of one thread, one after the other, each of which ends in time.
 *
 * <p>A timeout between two bytes is not enough, since a server may send a byte now and then for ever: until the headers are there
 * a guard closes the connection when time is up, and after that the clock is looked at between reads ({@link TimedStream}). No message
 * holds the key, or the part of an address that may hold a password.
 */
final class HttpCalls {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int CHUNK = 16 * 1024;
    private static final Pattern USER_INFO = Pattern.compile("(?<=^|//)[^/]*@");

    private final String url;
    private final String key;
    private final boolean isKeyPlain;
    private final ScheduledExecutorService guard;
    private final int maxBytes;
    private volatile long timeoutNanos;
    private volatile @Nullable HttpURLConnection current;

    HttpCalls(AssayOptions options, ScheduledExecutorService guard, int maxBytes) {
        url = address(options.url);
        key = options.key == null ? "" : options.key.trim();
        isKeyPlain = key.chars().allMatch(c -> c >= ' ' && c <= '~');
        this.guard = guard;
        this.maxBytes = maxBytes;
        timeoutNanos = options.requestTimeout.toNanos();
    }

    /** Without who is logged in, which nobody reads and messages would show. */
    private static String address(@Nullable String url) {
        String given = url == null ? "" : url.trim();
        String plain = USER_INFO.matcher(given).replaceFirst("");
        return plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
    }

    /** What a server answered. */
    @SuppressWarnings("ArrayRecordComponent") // never compared by equals
    record Answer(int status, byte[] body, @Nullable String etag, @Nullable String retryAfter) {}

    Answer get(String path, @Nullable String etag) throws IOException {
        HttpURLConnection connection = open(path);
        connection.setRequestProperty("Accept-Encoding", "gzip");
        if (etag != null) {
            connection.setRequestProperty("If-None-Match", etag);
        }
        return answer(connection, null);
    }

    Answer post(String path, byte[] body) throws IOException {
        HttpURLConnection connection = open(path);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        return answer(connection, body);
    }

    /** From now on requests have only so long. */
    void hurry(Duration timeout) {
        timeoutNanos = Math.min(timeoutNanos, Math.max(1_000_000, timeout.toNanos()));
    }

    /** Ends the request under way, from any thread. */
    void abort() {
        HttpURLConnection connection = current;
        if (connection != null) {
            connection.disconnect();
        }
    }

    private HttpURLConnection open(String path) throws IOException {
        if (!isKeyPlain) {
            throw new IOException("key: holds other characters than keys do (expected: printable ASCII)");
        }
        HttpURLConnection connection;
        try {
            connection = (HttpURLConnection) URI.create(url + path).toURL().openConnection();
        } catch (MalformedURLException | IllegalArgumentException | ClassCastException e) {
            throw new IOException("url: " + url + " (expected: http:// or https://)", e);
        }
        int millis = (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos));
        connection.setConnectTimeout(Math.min(CONNECT_MILLIS, millis));
        connection.setReadTimeout(millis);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("Authorization", "Bearer " + key);
        connection.setRequestProperty("User-Agent", "assay-sdk " + AssayClient.SDK);
        return connection;
    }

    private Answer answer(HttpURLConnection connection, byte @Nullable [] body) throws IOException {
        long deadline = System.nanoTime() + timeoutNanos;
        current = connection;
        try {
            int status = status(connection, body);
            byte[] answer = body(connection, status, deadline);
            return new Answer(
                    status, answer, connection.getHeaderField("ETag"), connection.getHeaderField("Retry-After"));
        } catch (IOException | RuntimeException e) {
            connection.disconnect();
            throw e;
        } finally {
            current = null;
        }
    }

    private int status(HttpURLConnection connection, byte @Nullable [] body) throws IOException {
        ScheduledFuture<?> end = guard.schedule(connection::disconnect, timeoutNanos, TimeUnit.NANOSECONDS);
        try {
            if (body != null) {
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(body);
                }
            }
            return connection.getResponseCode();
        } finally {
            end.cancel(false);
        }
    }

    private byte[] body(HttpURLConnection connection, int status, long deadline) throws IOException {
        try (InputStream raw = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            if (raw == null || status == HttpURLConnection.HTTP_NOT_MODIFIED) {
                return new byte[0];
            }
            boolean isPacked = "gzip".equalsIgnoreCase(connection.getContentEncoding());
            InputStream timed = new TimedStream(raw, deadline, maxBytes);
            return all(isPacked ? new GZIPInputStream(timed) : timed);
        }
    }

    private byte[] all(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
            out.write(chunk, 0, n);
            if (out.size() > maxBytes) {
                throw new IOException("answer: more than " + maxBytes + " bytes");
            }
        }
        return out.toByteArray();
    }
}
