package io.assay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.platform.Meters;
import io.assay.testkit.Eventually;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a node takes from a source, what it gives it, and what it raises an alarm about. */
@ExtendWith(VertxExtension.class)
class SourceLoopTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Counters are those of the process, so each test has sources of its own. */
    private final String name = "source-" + UUID.randomUUID();

    private final ScriptedSource copy = ScriptedSource.copy(name);
    private final ScriptedSource origin = ScriptedSource.origin(name);
    private SnapshotFeed feed;
    private Vertx vertx;

    @BeforeEach
    void serve(Vertx running) {
        vertx = running;
        Context turns = ((VertxInternal) running).createEventLoopContext();
        feed = new SnapshotFeed(turns::executeBlocking, List.of());
        offer(Documents.config(5, "five"));
    }

    private void offer(Document document) {
        assertThat(feed.offer(document).await()).isIn(Outcome.APPLIED, Outcome.SAME);
    }

    private void converse(ScriptedSource source) {
        new SourceLoop(feed, ((VertxInternal) vertx).createEventLoopContext(), source).nudge();
    }

    /** Whatever happens has happened after that many further questions. */
    private static void settle(ScriptedSource source) throws Exception {
        int asked = source.questions.get();
        Eventually.within(PATIENCE, () -> assertThat(source.questions.get()).isGreaterThan(asked + 5));
    }

    private long version() {
        return feed.served().snapshot().version();
    }

    private double counted(String outcome) {
        return Meters.registry()
                .counter("assay.snapshot.documents", "kind", "config", "outcome", outcome, "source", name)
                .count();
    }

    private double rewritten() {
        return Meters.registry()
                .counter("assay.snapshot.rewritten", "kind", "config", "source", name)
                .count();
    }

    private double gauge(String what) {
        return Meters.registry()
                .get("assay.snapshot." + what)
                .tag("kind", "config")
                .tag("source", name)
                .gauge()
                .value();
    }

    @Nested
    class ACopy {
        @Test
        void thatIsAheadIsTaken() throws Exception {
            copy.put(Documents.config(6, "six"));
            converse(copy);
            Eventually.within(PATIENCE, () -> assertThat(version()).isEqualTo(6));
            settle(copy);
            assertThat(copy.reads).hasValue(1);
            assertThat(copy.writes).hasValue(0);
        }

        @Test
        void thatIsEmptyIsFilledOnce() throws Exception {
            converse(copy);
            Eventually.within(
                    PATIENCE,
                    () -> assertThat(copy.documents.get(Kind.CONFIG).version()).isEqualTo(5));
            settle(copy);
            assertThat(rewritten()).isEqualTo(1);
            assertThat(counted("lower")).isZero();
        }

        @Test
        void thatGoesBackIsCountedOnceNeverTakenAndRewritten() throws Exception {
            copy.put(Documents.config(5, "five"));
            converse(copy);
            settle(copy);
            copy.put(Documents.config(3, "old"));
            Eventually.within(
                    PATIENCE,
                    () -> assertThat(copy.documents.get(Kind.CONFIG).version()).isEqualTo(5));
            settle(copy);
            assertThat(version()).isEqualTo(5);
            assertThat(copy.reads).hasValue(0);
            assertThat(counted("lower")).isEqualTo(1);
            assertThat(rewritten()).isEqualTo(1);
        }

        @Test
        void thatHasNotHeardOfAChangeYetIsRewrittenWithoutBeingCountedAsOld() throws Exception {
            copy.put(Documents.config(5, "five"));
            converse(copy);
            settle(copy);
            offer(Documents.config(6, "six"));
            Eventually.within(
                    PATIENCE,
                    () -> assertThat(copy.documents.get(Kind.CONFIG).version()).isEqualTo(6));
            assertThat(counted("lower")).isZero();
        }

        @Test
        void withOtherContentUnderTheSameVersionIsRefusedAndAnAlarmStandsUntilItIsGone() throws Exception {
            copy.put(Documents.config(5, "other"));
            converse(copy);
            Eventually.within(PATIENCE, () -> assertThat(gauge("conflict")).isEqualTo(1));
            settle(copy);
            assertThat(counted("mismatched")).isEqualTo(1);
            assertThat(feed.served().snapshot().experiments().get(0).key()).isEqualTo("five");
            assertThat(copy.writes).hasValue(0);
            offer(Documents.config(6, "six"));
            Eventually.within(PATIENCE, () -> {
                assertThat(gauge("conflict")).isZero();
                assertThat(copy.documents.get(Kind.CONFIG).version()).isEqualTo(6);
            });
            copy.put(Documents.config(6, "again_another"));
            Eventually.within(PATIENCE, () -> assertThat(gauge("conflict")).isEqualTo(1));
            copy.put(Documents.config(6, "six"));
            Eventually.within(PATIENCE, () -> assertThat(gauge("conflict")).isZero());
        }

        @Test
        void whoseChecksumDoesNotHoldIsRewritten() throws Exception {
            Document six = Documents.config(6, "six");
            copy.put(new Document(Kind.CONFIG, 6, six.bytes(), "0".repeat(64)));
            converse(copy);
            Eventually.within(
                    PATIENCE,
                    () -> assertThat(copy.documents.get(Kind.CONFIG).version()).isEqualTo(5));
            settle(copy);
            assertThat(version()).isEqualTo(5);
            assertThat(counted("broken")).isEqualTo(1);
        }

        @Test
        void ofAVersionThatNobodyCanReachIsWorthNothing() throws Exception {
            copy.put(Documents.config(Document.HIGHEST_VERSION + 1, "far"));
            converse(copy);
            Eventually.within(
                    PATIENCE,
                    () -> assertThat(copy.documents.get(Kind.CONFIG).version()).isEqualTo(5));
            assertThat(feed.known(Kind.CONFIG)).isEqualTo(5);
        }

        @Test
        void ofTheHighestVersionLeavesChangesSomeToGoOnTo() throws Exception {
            copy.put(Documents.config(Document.HIGHEST_VERSION, "far"));
            converse(copy);
            Eventually.within(PATIENCE, () -> assertThat(version()).isEqualTo(Document.HIGHEST_VERSION));
            assertThat(feed.known(Kind.CONFIG)).isZero();
        }

        @Test
        void ofAFutureSchemaIsLeftAloneAndChangesGoAboveIt() throws Exception {
            Document future = Documents.document(Kind.CONFIG, 8, "{\"schema\":2,\"version\":8,\"experiments\":[]}");
            copy.put(future);
            converse(copy);
            Eventually.within(
                    PATIENCE, () -> assertThat(feed.known(Kind.CONFIG)).isEqualTo(8));
            settle(copy);
            assertThat(version()).isEqualTo(5);
            assertThat(copy.documents).containsEntry(Kind.CONFIG, future);
            assertThat(copy.reads).hasValue(1);
            assertThat(counted("invalid")).isEqualTo(1);
            offer(Documents.config(9, "nine"));
            Eventually.within(
                    PATIENCE,
                    () -> assertThat(copy.documents.get(Kind.CONFIG).version()).isEqualTo(9));
        }

        @Test
        void thatIsBrokenIsComplainedOfOnceByANodeThatHasNothingBetter() throws Exception {
            copy.put(new Document(Kind.EMERGENCY, 2, new byte[] {1}, "0".repeat(64)));
            converse(copy);
            settle(copy);
            assertThat(Meters.registry()
                            .counter(
                                    "assay.snapshot.documents",
                                    "kind",
                                    "emergency",
                                    "outcome",
                                    "broken",
                                    "source",
                                    name)
                            .count())
                    .isEqualTo(1);
            copy.put(Documents.emergency(2, "five"));
            Eventually.within(
                    PATIENCE,
                    () -> assertThat(feed.served().emergency().killed()).containsExactly("five"));
        }
    }

    @Nested
    class TheOrigin {
        @Test
        void thatIsSetBackIsNeverWrittenAndAnAlarmStandsUntilItsNextChange() throws Exception {
            origin.put(Documents.config(5, "five"));
            converse(origin);
            settle(origin);
            origin.put(Documents.config(2, "two"));
            Eventually.within(PATIENCE, () -> assertThat(gauge("behind")).isEqualTo(3));
            settle(origin);
            assertThat(version()).isEqualTo(5);
            assertThat(origin.writes).hasValue(0);
            assertThat(rewritten()).isZero();
            assertThat(counted("lower")).isEqualTo(1);
            origin.put(Documents.config(6, "restored"));
            Eventually.within(PATIENCE, () -> {
                assertThat(version()).isEqualTo(6);
                assertThat(gauge("behind")).isZero();
            });
        }

        @Test
        void thatWasAskedBeforeAChangeCameFromElsewhereIsNotThoughtBehind() throws Exception {
            origin.put(Documents.config(5, "five"));
            converse(origin);
            for (int v = 6; v < 200; v++) {
                origin.put(Documents.config(v, "x"));
                offer(Documents.config(v, "x"));
            }
            settle(origin);
            assertThat(counted("lower")).isZero();
        }

        @Test
        void withOtherContentUnderTheSameVersionRaisesTheAlarm() throws Exception {
            origin.put(Documents.config(5, "other"));
            converse(origin);
            Eventually.within(PATIENCE, () -> assertThat(gauge("conflict")).isEqualTo(1));
            settle(origin);
            assertThat(counted("mismatched")).isEqualTo(1);
            assertThat(origin.reads).hasValue(1);
        }
    }

    @Test
    void aSourceIsAskedOnOneContextWhereverItAnswers() throws Exception {
        Context own = ((VertxInternal) vertx).createEventLoopContext();
        Context elsewhere = ((VertxInternal) vertx).createEventLoopContext();
        AtomicReference<Context> written = new AtomicReference<>();
        new SourceLoop(feed, own, new Elsewhere(elsewhere, written)).nudge();
        Eventually.within(PATIENCE, () -> assertThat(written.get()).isSameAs(own));
    }

    /** A source that holds nothing and completes its futures on a context of its own. */
    private record Elsewhere(Context context, AtomicReference<Context> written) implements DocumentSource {
        @Override
        public String name() {
            return "elsewhere";
        }

        @Override
        public long intervalMillis() {
            return 5;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public Future<Map<Kind, Head>> heads() {
            return context.executeBlocking(Map::of);
        }

        @Override
        public Future<Document> read(Kind kind) {
            return Future.failedFuture("nothing is here");
        }

        @Override
        public Future<Boolean> write(Document document, @Nullable Head broken) {
            written.set(Vertx.currentContext());
            return context.executeBlocking(() -> false);
        }
    }

    @Test
    void aSourceThatHangsHoldsUpNoOther() throws Exception {
        copy.hangs = true;
        converse(copy);
        ScriptedSource other = ScriptedSource.copy(name + "-other").put(Documents.config(6, "six"));
        converse(other);
        Eventually.within(PATIENCE, () -> assertThat(version()).isEqualTo(6));
    }
}
