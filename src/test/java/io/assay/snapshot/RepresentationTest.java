package io.assay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepresentationTest {
    private final Representation served = Representation.of("{\"a\":1}".getBytes(StandardCharsets.UTF_8));

    @Test
    void isSentFromWhereItStandsHoweverOften() {
        for (Buffer body : List.of(served.plain(), served.gzip())) {
            byte[] before = body.getBytes();
            for (int i = 0; i < 3; i++) {
                ByteBuf sent = ((BufferInternal) body).getByteBuf();
                assertThat(sent.isDirect()).isTrue();
                assertThat(sent.readableBytes()).isEqualTo(before.length);
                sent.skipBytes(before.length).release();
            }
            assertThat(body.getBytes()).isEqualTo(before);
        }
    }
}
