package io.assay.assignment;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer's head into the room before its body, so that the socket gets one piece of memory and there is one promise
 * to keep. The encoder would make two of it. One per connection; any other answer passes as it is.
 */
final class OnePiece extends ChannelOutboundHandlerAdapter {
    /** So much room is before a body; a longer head is a piece of its own. */
    static final int ROOM = 256;

    private static final byte[] OK = "HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LINE_END = '\r' << 8 | '\n';

    private final ChannelHandlerContext encoder;
    private final ByteBuf head = Unpooled.buffer(ROOM, 64 * 1024);

    /** What is being sent right now. */
    private @Nullable ByteBuf body;

    private OnePiece(ChannelHandlerContext encoder) {
        this.encoder = encoder;
    }

    /** Ends the request's response with a body that has that much room before it. */
    static Future<Void> end(HttpServerRequest request, ByteBuf body) {
        Buffer chunk = BufferInternal.buffer(body);
        OnePiece piece = of(request);
        if (piece == null) {
            return request.response().end(chunk);
        }
        piece.body = body;
        try {
            return request.response().end(chunk);
        } finally {
            piece.body = null;
        }
    }

    /** That of the request's connection; null if its answers are not written by the encoder of HTTP/1. */
    private static @Nullable OnePiece of(HttpServerRequest request) {
        if (!(request.connection() instanceof HttpServerConnection connection)
                || HttpMethod.HEAD.equals(request.method())) {
            return null;
        }
        ChannelPipeline pipeline = connection.channelHandlerContext().pipeline();
        OnePiece known = pipeline.get(OnePiece.class);
        return known == null ? addTo(pipeline) : known;
    }

    private static @Nullable OnePiece addTo(ChannelPipeline pipeline) {
        ChannelHandlerContext encoder = pipeline.context("httpEncoder");
        if (encoder == null) {
            return null;
        }
        OnePiece made = new OnePiece(encoder);
        pipeline.addAfter("httpEncoder", null, made);
        return made;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // it is the promise that was handed in
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf own = body;
        if (own != null
                && message instanceof FullHttpResponse answer
                && isIn(own, answer.content())
                && prepend(answer, own)) {
            encoder.write(own.retain(), promise);
        } else {
            ctx.write(message, promise);
        }
    }

    /** Not so for an answer that waited until the connection could take it. */
    private static boolean isIn(ByteBuf own, ByteBuf content) {
        return own.hasMemoryAddress()
                && content.hasMemoryAddress()
                && content.readableBytes() == own.readableBytes()
                && content.memoryAddress() + content.readerIndex() == own.memoryAddress() + own.readerIndex();
    }

    private boolean prepend(FullHttpResponse answer, ByteBuf own) {
        if (!HttpResponseStatus.OK.equals(answer.status())
                || !HttpVersion.HTTP_1_1.equals(answer.protocolVersion())
                || !(answer.headers() instanceof HeadersMultiMap headers)) {
            return false;
        }
        head.clear().writeBytes(OK);
        headers.encode(head, true);
        int length = head.writeShort(LINE_END).readableBytes();
        if (length > own.readerIndex()) {
            return false;
        }
        int start = own.readerIndex() - length;
        own.setBytes(start, head, 0, length).readerIndex(start);
        return true;
    }
}
