package io.assay.platform;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** What the bodies of one route are made into: plain bytes, and what a parser makes of these. */
final class BodyParser {
    /*
     * To unpack a body or to parse a large one takes longer than an event loop has. One thread of the process does it, one body
     * after the other, so that many of them take a share of the processor and not all of it.
     */
    private static final String THREAD = "assay-bodies";

    /** So large a body takes well under a millisecond to parse. */
    private static final int LIGHT_BYTES = 16 * 1024;

    private static final int REQUEST_BYTES = 8 * 1024;

    /** Who waits for longer is refused, unread: it costs next to nothing to come to the others. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final String BYTES = BodyParser.class.getName();
    private static final String PARSED = BYTES + ".parsed";
    private static final byte[] NONE = new byte[0];

    private final long maxBytes;
    private final Function<byte[], ?> parser;
    private @Nullable WorkerExecutor thread;

    /** At most that many bytes, packed or not. */
    BodyParser(long maxBytes, Function<byte[], ?> parser) {
        this.maxBytes = maxBytes;
        this.parser = parser;
    }

    /** What the parser made of a body, or the refusal that it threw. */
    private record Parsed(@Nullable Object value, @Nullable RuntimeException refusal) {}

    /** What a body has become. */
    static final class Content {
        private final byte[] plain;
        private final Parsed parsed;

        private Content(byte[] plain, Parsed parsed) {
            this.plain = plain;
            this.parsed = parsed;
        }
    }

    /** The bytes of the body, unpacked; empty if there is none. */
    static byte[] bytes(RoutingContext ctx) {
        byte[] body = ctx.get(BYTES);
        return body == null ? NONE : body;
    }

    /** What the parser made of it; throws what it threw. */
    static @Nullable Object parsed(RoutingContext ctx) {
        Parsed parsed = Objects.requireNonNull(ctx.<Parsed>get(PARSED));
        if (parsed.refusal != null) {
            throw parsed.refusal;
        }
        return parsed.value;
    }

    long maxBytes() {
        return maxBytes;
    }

    /** What a body holds, at most, while it waits and is read beside the event loop: its request, too. */
    long cost(byte[] whole, boolean packed) {
        return REQUEST_BYTES + (packed ? maxBytes : whole.length);
    }

    static boolean isHeavy(byte[] whole, boolean packed) {
        return packed || whole.length > LIGHT_BYTES;
    }

    /** Beside the event loop; {@code null} when it comes to this body and nobody waits for its answer any more. */
    Future<@Nullable Content> contentAside(RoutingContext ctx, byte[] whole, boolean packed) {
        long begun = System.nanoTime();
        HttpServerResponse response = ctx.response();
        return thread(ctx.vertx())
                .executeBlocking(
                        () -> {
                            if (response.closed()) {
                                return null;
                            }
                            if (System.nanoTime() - begun > LONGEST_WAIT_NANOS) {
                                throw ApiError.unavailable("Too many bodies wait to be read.", 2);
                            }
                            return content(whole, packed);
                        },
                        false);
    }

    /** Its own as long as the verticle lives whose route this is; the thread is everybody's. */
    private WorkerExecutor thread(Vertx vertx) {
        WorkerExecutor known = thread;
        if (known == null) {
            known = vertx.createSharedWorkerExecutor(THREAD, 1);
            thread = known;
        }
        return known;
    }

    /** Throws an {@link ApiError} for what can't be unpacked. */
    Content content(byte[] whole, boolean packed) {
        byte[] plain = packed ? unpack(whole) : whole;
        return new Content(plain, parse(plain));
    }

    /** Puts it into its request. */
    static void put(RoutingContext ctx, Content content) {
        ctx.put(BYTES, content.plain).put(PARSED, content.parsed);
    }

    static void forget(RoutingContext ctx) {
        ctx.remove(BYTES);
        ctx.remove(PARSED);
    }

    private Parsed parse(byte[] plain) {
        try {
            return new Parsed(parser.apply(plain), null);
        } catch (RuntimeException e) {
            return new Parsed(null, e);
        }
    }

    private byte[] unpack(byte[] packed) {
        byte[] plain;
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed), 8192)) {
            plain = in.readNBytes((int) maxBytes + 1);
        } catch (IOException e) {
            throw ApiError.malformed("The body can't be unpacked (expected: gzip, as Content-Encoding says).");
        }
        if (plain.length > maxBytes) {
            throw Problem.ofStatus(413);
        }
        return plain;
    }
}
