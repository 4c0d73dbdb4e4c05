package io.assay.snapshot;

import static io.assay.snapshot.Documents.config;
import static io.assay.snapshot.Documents.emergency;
import static org.assertj.core.api.Assertions.assertThat;

import io.assay.engine.Assigner;
import io.assay.engine.Attributes;
import io.assay.engine.Scratch;
import io.assay.snapshot.FeedState.Step;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedStateTest {
    private static final FeedState SEVEN =
            FeedState.EMPTY.apply(config(7, "a", "b"), "redis").state();

    private static void assertRefused(Document document, Outcome expected) {
        Step step = SEVEN.apply(document, "peers");
        assertThat(step.outcome()).isEqualTo(expected);
        assertThat(step.state()).isSameAs(SEVEN);
    }

    @Test
    void aHigherVersionTakesEffect() {
        Step step = SEVEN.apply(config(8, "c"), "peers");
        assertThat(step.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(step.state().served().snapshot().version()).isEqualTo(8);
        assertThat(step.state().served().source()).isEqualTo("peers");
    }

    @Test
    void aNodeWithoutAnythingIsDegradedAndServesAnEmptySnapshot() {
        assertThat(FeedState.EMPTY.served().degraded()).isTrue();
        assertThat(FeedState.EMPTY.served().assigner().size()).isZero();
        assertThat(SEVEN.served().degraded()).isFalse();
    }

    @Nested
    class Refused {
        @Test
        void aLowerVersion() {
            assertRefused(config(6, "a", "b", "c"), Outcome.LOWER);
        }

        @Test
        void theSameVersionWithOtherContent() {
            assertRefused(config(7, "a"), Outcome.MISMATCHED);
        }

        @Test
        void theSameAgain() {
            assertRefused(config(7, "a", "b"), Outcome.SAME);
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 40, 200})
        void aTruncatedBody(int length) {
            Document whole = config(8, "a", "b");
            assertRefused(
                    new Document(Kind.CONFIG, 8, Arrays.copyOf(whole.bytes(), length), whole.sha256()), Outcome.BROKEN);
        }

        @Test
        void anyFlippedBit() {
            Document whole = config(8, "a");
            for (int bit = 0; bit < whole.bytes().length * 8; bit += 7) {
                byte[] flipped = whole.bytes().clone();
                flipped[bit / 8] ^= (byte) (1 << (bit % 8));
                assertRefused(new Document(Kind.CONFIG, 8, flipped, whole.sha256()), Outcome.BROKEN);
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "null",
                    "[]",
                    "garbage",
                    "{\"schema\":2,\"version\":8,\"experiments\":[]}",
                    "{\"schema\":1,\"version\":8}",
                    "{\"schema\":1,\"version\":8,\"experiments\":[{}]}",
                    "{\"schema\":1,\"version\":9,\"experiments\":[]}",
                    "{\"schema\":1,\"version\":8,\"experiments\":[]}x"
                })
        void whatIsWholeButNotUnderstood(String body) {
            assertRefused(Documents.document(Kind.CONFIG, 8, body), Outcome.INVALID);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "{}",
                    "{\"version\":1,\"killed\":[1]}",
                    "{\"version\":2,\"killed\":[]}",
                    "{\"version\":1}"
                })
        void anEmergencyListThatIsNone(String body) {
            assertRefused(Documents.document(Kind.EMERGENCY, 1, body), Outcome.INVALID);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"version\":1,\"keys\":[{}]}",
                    "{\"version\":1,\"keys\":[{\"id\":\"x\",\"sha256\":\"00\",\"scope\":\"admin\"}]}",
                    "{\"version\":1,\"keys\":[null]}"
                })
        void keysThatAreNone(String body) {
            assertRefused(Documents.document(Kind.KEYS, 1, body), Outcome.INVALID);
        }
    }

    @Nested
    class TheEmergencyList {
        private static final Scratch SCRATCH = new Scratch();

        private static int variantOf(FeedState state, int experiment) {
            state.served().assigner().assign("qa", new Attributes(), SCRATCH);
            return SCRATCH.variants()[experiment];
        }

        @Test
        void killsWhatIsServed() {
            FeedState killed = SEVEN.apply(emergency(1, "a"), "peers").state();
            assertThat(variantOf(SEVEN, 0)).isNotEqualTo(Assigner.NOT_IN);
            assertThat(variantOf(killed, 0)).isEqualTo(Assigner.NOT_IN);
            assertThat(variantOf(killed, 1)).isNotEqualTo(Assigner.NOT_IN);
        }

        @Test
        void holdsForTheNextSnapshotToo() {
            FeedState killed = SEVEN.apply(emergency(1, "a"), "peers").state();
            FeedState next = killed.apply(config(8, "a", "b"), "peers").state();
            assertThat(variantOf(next, 0)).isEqualTo(Assigner.NOT_IN);
        }

        @Test
        void hasAVersionOfItsOwn() {
            FeedState killed = SEVEN.apply(emergency(5, "a"), "peers").state();
            assertThat(killed.apply(emergency(4), "peers").outcome()).isEqualTo(Outcome.LOWER);
            assertThat(variantOf(killed.apply(emergency(6), "peers").state(), 0))
                    .isNotEqualTo(Assigner.NOT_IN);
        }
    }

    @Test
    void keysOfAScopeThatIsNotKnownAreLeftOutAndTheOthersCount() {
        Document keys = Documents.document(
                Kind.KEYS,
                1,
                """
                {"version":1,"keys":[{"id":"x","sha256":"%s","scope":"robot"},{"id":"y","sha256":"%s","scope":"read"}]}"""
                        .formatted(Sha256.hex("one".getBytes()), Sha256.hex("two".getBytes())));
        KeyRing ring = FeedState.EMPTY.apply(keys, "redis").state().keys();
        assertThat(ring.check("one")).isNull();
        assertThat(ring.check("two")).isEqualTo(Scope.READ);
    }

    @Test
    void envelopesOpenToWhatWasClosed() throws UnreadableDocumentException {
        Document document = Documents.keys(3, Map.of("secret", Scope.ADMIN));
        Document opened = Document.open(Kind.KEYS, document.envelope());
        assertThat(opened.head()).isEqualTo(document.head());
        assertThat(opened.bytes()).isEqualTo(document.bytes());
    }
}
