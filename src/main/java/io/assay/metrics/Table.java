package io.assay.metrics;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An ordered map of bytes that is committed together with the positions in the log: all of a partition's state. */
interface Table {
    byte @Nullable [] get(byte[] key);

    /** Puts, or removes if there is no value. */
    void put(byte[] key, byte @Nullable [] value);

    /** Every key that starts with this, in order. What is put meanwhile may or may not be seen. */
    void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor);

    /** At most {@code limit} keys from this one on, in order. */
    void scanFrom(byte[] first, int limit, BiConsumer<byte[], byte[]> visitor);
}
