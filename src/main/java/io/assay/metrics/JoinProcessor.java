package io.assay.metrics;

import io.assay.analytics.Batch.Progress;
import io.assay.analytics.Position;
import java.time.Duration;
import java.util.Objects;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** One task of Kafka Streams around one {@link Partition}: hands it records, and sends on what it says. */
final class JoinProcessor implements Processor<byte[], byte[], byte[], byte[]>, Outbox {
    static final String USERS = "users";
    static final String STATE = "state";
    static final String AGGREGATES = "to-aggregates";
    static final String ASSIGNMENTS = "to-assignments";
    static final String DEAD_LETTER = "to-dead-letter";

    /** Each time a scan is begun, for which Kafka Streams copies the keys that it has in its cache. */
    private static final long SWEPT_EVERY_MILLIS = 5_000;

    private static final int SWEPT_AT_LEAST = 500;
    private static final int SWEPT_AT_MOST = 20_000;

    /** In that time the sweep comes round to all users, and there is one a day. */
    private static final long ROUND_MILLIS = Duration.ofHours(4).toMillis();

    private final MetricsConfig config;
    private final Definitions definitions;
    private @Nullable ProcessorContext<byte[], byte[]> context;
    private @Nullable Partition partition;
    private @Nullable Record<byte[], byte[]> record;
    private @Nullable Cancellable emitting;
    private @Nullable Progress emitted;
    private long sweptAt;
    private @Nullable KeyValueStore<Bytes, byte[]> users;
    private final JoinMeters meters = new JoinMeters();

    JoinProcessor(MetricsConfig config, Definitions definitions) {
        this.config = config;
        this.definitions = definitions;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        KeyValueStore<Bytes, byte[]> users = context.getStateStore(USERS);
        CommittingStore state = context.getStateStore(STATE);
        var taking = new Partition(
                new StreamsTable(users), new StreamsTable(state.wrapped()), definitions, this, Parts.SHIPPED);
        state.beforeCommit(taking::beforeCommit);
        this.users = users;
        partition = taking;
        // called again on the same processor after its task had to begin anew: what it sent last may have been aborted
        emitted = null;
        if (emitting != null) {
            emitting.cancel();
        }
        emitting = context.schedule(
                Duration.ofMillis(config.emitIntervalMillis()), PunctuationType.WALL_CLOCK_TIME, this::emit);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        this.record = record;
        var from = context().recordMetadata().orElseThrow();
        var source = from.topic().equals(config.topics().exposures()) ? Source.EXPOSURES : Source.EVENTS;
        if (partition().beginsDay(record.timestamp())) {
            emitTotals();
        }
        meters.taken(source);
        partition().accept(source, from.offset(), record.key(), record.value(), record.timestamp());
    }

    @Override
    public void firstExposure(String experimentId, String user, String variant, long ts) {
        forward(assignmentKey(experimentId, user), OutputCodec.assignment(variant, ts), ASSIGNMENTS);
    }

    @Override
    public void noExposure(String experimentId, String user) {
        forward(assignmentKey(experimentId, user), null, ASSIGNMENTS);
    }

    @Override
    public void deadLetter(String reason) {
        var from = context().recordMetadata().orElseThrow();
        var at = new Position(0, from.partition(), from.offset());
        meters.dead(reason);
        var dead = Objects.requireNonNull(record);
        byte[] value = OutputCodec.deadLetter(from.topic(), at, reason, dead.key(), dead.value());
        forward(OutputCodec.deadLetterKey(from.topic(), at), value, DEAD_LETTER);
    }

    private void emit(long now) {
        long began = System.nanoTime();
        if (now - sweptAt >= SWEPT_EVERY_MILLIS) {
            sweptAt = now;
            partition().sweep(sweptAtOnce());
        }
        emitTotals();
        var watermarks = partition().watermarks();
        var progress = watermarks.progress();
        if (watermarks.received() != Watermarks.NEVER && !progress.equals(emitted)) {
            emitted = progress;
            byte[] value = OutputCodec.watermark(watermarks, config.topics().partitions());
            forward(OutputCodec.watermarkKey(config.generation(), number()), value, AGGREGATES);
            meters.emission(System.nanoTime() - began, progress.received(), now);
        }
        meters.discarded(partition().takeDiscards());
    }

    private void emitTotals() {
        var progress = partition().watermarks().progress();
        partition().takeChanges((e, totals) -> {
            meters.emitted();
            var key = new OutputCodec.AggregateKey(config.generation(), e.id, number());
            forward(key.toBytes(), OutputCodec.totals(totals, progress), AGGREGATES);
        });
    }

    private int sweptAtOnce() {
        long known = Objects.requireNonNull(users).approximateNumEntries();
        long share = known / Math.max(1, ROUND_MILLIS / Math.max(SWEPT_EVERY_MILLIS, config.emitIntervalMillis()));
        return (int) Math.min(SWEPT_AT_MOST, SWEPT_AT_LEAST + share);
    }

    private byte[] assignmentKey(String experimentId, String user) {
        return OutputCodec.assignmentKey(config.generation(), experimentId, user);
    }

    private int number() {
        return context().taskId().partition();
    }

    @SuppressWarnings("NullAway") // a tombstone is a record without a value; the type does not say so
    private void forward(byte[] key, byte @Nullable [] value, String sink) {
        context().forward(new Record<>(key, value, context().currentSystemTimeMs()), sink);
    }

    private ProcessorContext<byte[], byte[]> context() {
        return Objects.requireNonNull(context);
    }

    private Partition partition() {
        return Objects.requireNonNull(partition);
    }
}
