package io.assay.metrics;

import io.assay.platform.Topics;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/** What Kafka Streams costs by itself: per record one get, one put of a value of that size, and one record sent on. */
final class BareTopology {
    private static final int SENT_BYTES = 40;

    private BareTopology() {}

    static Topology of(Topics topics, String out, int valueBytes, LongAdder taken) {
        return new Topology()
                .addSource(
                        "log",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        topics.exposures(),
                        topics.events())
                .addProcessor("bare", () -> new Bare(valueBytes, taken), "log")
                .addStateStore(CommittingStore.cached(Stores.persistentKeyValueStore(JoinProcessor.USERS)), "bare")
                .addSink("out", out, new ByteArraySerializer(), new ByteArraySerializer(), "bare");
    }

    private static final class Bare implements Processor<byte[], byte[], byte[], byte[]> {
        private final int valueBytes;
        private final LongAdder taken;
        private @Nullable ProcessorContext<byte[], byte[]> context;
        private @Nullable KeyValueStore<Bytes, byte[]> store;

        Bare(int valueBytes, LongAdder taken) {
            this.valueBytes = valueBytes;
            this.taken = taken;
        }

        @Override
        public void init(ProcessorContext<byte[], byte[]> opened) {
            context = opened;
            store = opened.getStateStore(JoinProcessor.USERS);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            var users = Objects.requireNonNull(store);
            var key = Bytes.wrap(record.key());
            byte[] before = users.get(key);
            byte[] after = new byte[valueBytes];
            after[0] = before == null ? 1 : (byte) (before[0] + 1);
            users.put(key, after);
            Objects.requireNonNull(context).forward(record.withValue(new byte[SENT_BYTES]));
            taken.increment();
        }
    }
}
