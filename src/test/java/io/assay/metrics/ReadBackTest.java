package io.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ReadBackTest {
    private static final TopicPartition USERS = new TopicPartition("users", 0);
    private static final TopicPartition STATE = new TopicPartition("state", 0);

    private final ReadBack readBack = new ReadBack();

    @Test
    void itTellsWhatIsLeftOfAllStores() {
        assertThat(readBack.progress()).isEqualTo("it waits for its share of the partitions");
        readBack.onRestoreStart(USERS, "users", 100, 1_100);
        readBack.onRestoreStart(STATE, "state", 0, 10);
        assertThat(readBack.progress()).isEqualTo("its state is being read back (1010 records of 2 stores to go)");
        readBack.onBatchRestored(USERS, "users", 499, 400);
        readBack.onRestoreEnd(STATE, "state", 10);
        assertThat(readBack.progress()).isEqualTo("its state is being read back (600 records of 1 stores to go)");
        readBack.onRestoreSuspended(USERS, "users", 400);
        assertThat(readBack.progress()).isEqualTo("it waits for its share of the partitions");
    }

    @Test
    void aLogWithoutRecordsOfItsOwnIsNotLessThanNothing() {
        readBack.onRestoreStart(USERS, "users", 0, 10);
        readBack.onBatchRestored(USERS, "users", 12, 13);
        assertThat(readBack.progress()).contains("(0 records");
    }
}
