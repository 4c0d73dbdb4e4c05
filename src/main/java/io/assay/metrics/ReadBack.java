package io.assay.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** How much of the state is still to be read back from the log of its changes. */
final class ReadBack implements StateRestoreListener {
    private final Map<TopicPartition, Long> left = new ConcurrentHashMap<>();

    /** What is under way, for people. */
    String progress() {
        if (left.isEmpty()) {
            return "it waits for its share of the partitions";
        }
        long records = left.values().stream().mapToLong(Long::longValue).sum();
        return "its state is being read back (" + records + " records of " + left.size() + " stores to go)";
    }

    @Override
    public void onRestoreStart(TopicPartition changelog, String store, long first, long end) {
        left.put(changelog, Math.max(0, end - first));
    }

    @Override
    public void onBatchRestored(TopicPartition changelog, String store, long last, long count) {
        left.computeIfPresent(changelog, (key, records) -> Math.max(0, records - count));
    }

    @Override
    public void onRestoreEnd(TopicPartition changelog, String store, long total) {
        left.remove(changelog);
    }

    @Override
    public void onRestoreSuspended(TopicPartition changelog, String store, long total) {
        left.remove(changelog);
    }
}
