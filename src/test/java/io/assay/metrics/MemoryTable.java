package io.assay.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** A table that keeps what was committed and throws away the rest when it is rolled back. */
final class MemoryTable implements Table {
    private TreeMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
    private TreeMap<byte[], byte[]> committed = new TreeMap<>(Arrays::compareUnsigned);

    void commit() {
        committed = new TreeMap<>(rows);
    }

    void rollBack() {
        rows = new TreeMap<>(committed);
    }

    int size() {
        return rows.size();
    }

    int longest() {
        return rows.values().stream().mapToInt(value -> value.length).max().orElse(0);
    }

    @Override
    public byte[] get(byte[] key) {
        return rows.get(key);
    }

    @Override
    public void put(byte[] key, byte[] value) {
        if (value == null) {
            rows.remove(key);
        } else {
            rows.put(key, value);
        }
    }

    @Override
    public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
        for (var row : List.copyOf(rows.tailMap(prefix, true).entrySet())) {
            if (row.getKey().length < prefix.length
                    || !Arrays.equals(row.getKey(), 0, prefix.length, prefix, 0, prefix.length)) {
                return;
            }
            visitor.accept(row.getKey(), row.getValue());
        }
    }

    @Override
    public void scanFrom(byte[] first, int limit, BiConsumer<byte[], byte[]> visitor) {
        List<Map.Entry<byte[], byte[]>> found =
                rows.tailMap(first, true).entrySet().stream().limit(limit).toList();
        found.forEach(row -> visitor.accept(row.getKey(), row.getValue()));
    }
}
