package io.assay.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A table in a store of Kafka Streams, which commits it together with the positions in the log. */
final class StreamsTable implements Table {
    private static final int LONGEST_SCANNED_KEY = 16;

    private final KeyValueStore<Bytes, byte[]> store;

    StreamsTable(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return store.get(Bytes.wrap(key));
    }

    @Override
    public void put(byte[] key, byte @Nullable [] value) {
        if (value == null) {
            store.delete(Bytes.wrap(key));
        } else {
            store.put(Bytes.wrap(key), value);
        }
    }

    @Override
    public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
        byte[] last = Arrays.copyOf(prefix, LONGEST_SCANNED_KEY);
        Arrays.fill(last, prefix.length, last.length, (byte) 0xff);
        visit(store.range(Bytes.wrap(prefix), Bytes.wrap(last)), Integer.MAX_VALUE, visitor);
    }

    @Override
    public void scanFrom(byte[] first, int limit, BiConsumer<byte[], byte[]> visitor) {
        visit(store.range(Bytes.wrap(first), null), limit, visitor);
    }

    /** The rows are collected first: a visitor may put. */
    private static void visit(KeyValueIterator<Bytes, byte[]> rows, int limit, BiConsumer<byte[], byte[]> visitor) {
        List<KeyValue<Bytes, byte[]>> found = new ArrayList<>();
        try (rows) {
            while (found.size() < limit && rows.hasNext()) {
                found.add(rows.next());
            }
        }
        found.forEach(row -> visitor.accept(row.key.get(), row.value));
    }
}
