package io.assay.metrics;

import io.assay.metrics.OutputCodec.AggregateKey;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.Stores;

/** The join as Kafka Streams runs it: two topics into one processor with two stores, and three topics out of it. */
final class JoinTopology {
    private static final String JOIN = "join";

    private JoinTopology() {}

    static Topology of(MetricsConfig config, Definitions definitions) {
        var topics = config.topics();
        var bytes = new ByteArraySerializer();
        return new Topology()
                .addSource(
                        "log",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        topics.exposures(),
                        topics.events())
                .addProcessor(JOIN, () -> new JoinProcessor(config, definitions), "log")
                .addStateStore(CommittingStore.cached(Stores.persistentKeyValueStore(JoinProcessor.USERS)), JOIN)
                .addStateStore(CommittingStore.builder(Stores.inMemoryKeyValueStore(JoinProcessor.STATE)), JOIN)
                .addSink(JoinProcessor.AGGREGATES, topics.aggregates(), bytes, bytes, ownPartition(), JOIN)
                .addSink(JoinProcessor.ASSIGNMENTS, topics.assignments(), bytes, bytes, JOIN)
                .addSink(JoinProcessor.DEAD_LETTER, topics.deadLetter(), bytes, bytes, JOIN);
    }

    /** Totals go where the log they come from is: then the order of their offsets is the order of their ages. */
    private static StreamPartitioner<byte[], byte[]> ownPartition() {
        return (topic, key, value, partitions) ->
                Optional.of(Set.of(AggregateKey.of(key).partition()));
    }
}
