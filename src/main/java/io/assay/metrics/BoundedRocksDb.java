package io.assay.metrics;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * All stores of a process share one bounded piece of memory; by default each takes a hundred megabytes of its own. On disk a
 * store is bounded by its contents: by default nothing is compressed, and versions of the past may take twice its size.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
    private static final long CACHE_BYTES = 48L << 20;
    private static final long BUFFER_BYTES = 24L << 20;

    /** More versions of the past than that, and all of a store is written anew. */
    private static final int PAST_PERCENT = 100;

    /** Holds what is shared; made with the first store, when the native library is there. */
    private static final class Shared {
        static final LRUCache CACHE = new LRUCache(CACHE_BYTES);
        static final WriteBufferManager BUFFERS = new WriteBufferManager(BUFFER_BYTES, CACHE);
        static final CompactionOptionsUniversal COMPACTION =
                new CompactionOptionsUniversal().setMaxSizeAmplificationPercent(PAST_PERCENT);
    }

    @Override
    public void setConfig(String store, Options options, Map<String, Object> configs) {
        var table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(Shared.CACHE);
        table.setCacheIndexAndFilterBlocks(true);
        options.setWriteBufferManager(Shared.BUFFERS);
        options.setWriteBufferSize(4L << 20);
        options.setTableFormatConfig(table);
        options.setCompressionType(CompressionType.LZ4_COMPRESSION);
        options.setCompactionOptionsUniversal(Shared.COMPACTION);
    }

    @Override
    public void close(String store, Options options) {
        // what is shared stays
    }
}
