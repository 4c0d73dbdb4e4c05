package io.assay.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class GatheredTest {
    private final Gathered body = new Gathered();

    private String text() {
        return new String(body.bytes(), StandardCharsets.US_ASCII);
    }

    @Test
    void piecesFollowEachOtherHoweverManyThereAre() {
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            String piece = "<" + i + ">".repeat(i % 7);
            body.add(Buffer.buffer(piece));
            expected.append(piece);
            assertThat(body.length()).isEqualTo(expected.length());
        }
        assertThat(text()).isEqualTo(expected.toString());
        assertThat(text()).as("when asked again").isEqualTo(expected.toString());
        body.drop();
    }

    @Test
    void aPieceOfNothingIsNoPiece() {
        body.add(Buffer.buffer());
        body.add(Buffer.buffer("a"));
        body.add(Buffer.buffer());
        assertThat(text()).isEqualTo("a");
        body.drop();
    }

    @Test
    void theRoomThatIsLeftIsHeldToo() {
        body.add(Buffer.buffer(new byte[1_000]));
        assertThat(body.held()).isEqualTo(1_000);
        for (int i = 1; i <= 66; i++) {
            body.add(Buffer.buffer(new byte[1_000]));
        }
        assertThat(body.length()).isEqualTo(67_000);
        assertThat(body.held()).isEqualTo(128 * 1024);
        body.drop();
        assertThat(body.held()).isZero();
    }

    @Test
    void whatWasDroppedIsEmptyAndCanBeDroppedAgain() {
        body.add(Buffer.buffer("a"));
        body.add(Buffer.buffer("b"));
        body.drop();
        body.drop();
        assertThat(body.length()).isZero();
        assertThat(body.bytes()).isEmpty();
    }
}
