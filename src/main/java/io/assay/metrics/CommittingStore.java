package io.assay.metrics;

import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.jspecify.annotations.Nullable;

/** A store whose owner may hold back what it puts until the next commit, and is told before each. */
final class CommittingStore extends WrappedStateStore<KeyValueStore<Bytes, byte[]>, Bytes, byte[]> {
    /*
     * Processors have no hook before a commit. But before each one Kafka Streams asks every store with a cache to flush it,
     * in the thread that processes, between two records, and before it takes the offsets that it commits; that is how the
     * cached writes of any store get into the transaction. What the owner puts then is flushed right after it. A commit that
     * fails needs nothing here: stores are opened anew after it, and their owners are made anew.
     */
    private @Nullable Runnable owner;

    private CommittingStore(KeyValueStore<Bytes, byte[]> cached) {
        super(cached);
    }

    static StoreBuilder<CommittingStore> builder(KeyValueBytesStoreSupplier supplier) {
        return new Builder(cached(supplier));
    }

    /** Writes are gathered in the cache until the commit. */
    static StoreBuilder<KeyValueStore<Bytes, byte[]>> cached(KeyValueBytesStoreSupplier supplier) {
        return Stores.keyValueStoreBuilder(supplier, Serdes.Bytes(), Serdes.ByteArray())
                .withCachingEnabled()
                .withLoggingEnabled(Map.of());
    }

    /** The one owner that is told from now on, until the store is opened anew. */
    void beforeCommit(Runnable newOwner) {
        owner = newOwner;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        owner = null;
        super.init(context, root);
    }

    @Override
    public void flushCache() {
        if (owner != null) {
            owner.run();
        }
        super.flushCache();
    }

    private record Builder(StoreBuilder<KeyValueStore<Bytes, byte[]>> cached) implements StoreBuilder<CommittingStore> {
        @Override
        public CommittingStore build() {
            return new CommittingStore(cached.build());
        }

        @Override
        public StoreBuilder<CommittingStore> withCachingEnabled() {
            return new Builder(cached.withCachingEnabled());
        }

        @Override
        public StoreBuilder<CommittingStore> withCachingDisabled() {
            throw new UnsupportedOperationException("only a store with a cache is told before a commit");
        }

        @Override
        public StoreBuilder<CommittingStore> withLoggingEnabled(Map<String, String> config) {
            return new Builder(cached.withLoggingEnabled(config));
        }

        @Override
        public StoreBuilder<CommittingStore> withLoggingDisabled() {
            return new Builder(cached.withLoggingDisabled());
        }

        @Override
        public Map<String, String> logConfig() {
            return cached.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return cached.loggingEnabled();
        }

        @Override
        public String name() {
            return cached.name();
        }
    }
}
