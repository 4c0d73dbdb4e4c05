package io.assay.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import kafka.server.metadata.KRaftMetadataCache;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.server.common.KRaftVersion;
import org.junit.jupiter.api.Test;

class KafkaVersionTest {
    /**
     * Brokers 4.3.0 to 4.4.0 do (KAFKA-20734): while they start after a kill they take the partitions of a transaction that was
     * about to be committed for deleted, never mark its end there, and the join waits for ever to read its state back.
     */
    @Test
    void aPartitionWithoutALeaderIsNotTakenForADeletedOne() {
        MetadataDelta delta = new MetadataDelta.Builder().build();
        Uuid id = Uuid.randomUuid();
        delta.replay(new TopicRecord().setName("changes").setTopicId(id));
        delta.replay(new PartitionRecord()
                .setTopicId(id)
                .setPartitionId(0)
                .setReplicas(List.of(1))
                .setIsr(List.of(1))
                .setLeader(-1));
        KRaftMetadataCache cache = new KRaftMetadataCache(1, () -> KRaftVersion.LATEST_PRODUCTION);
        cache.setImage(delta.apply(MetadataProvenance.EMPTY));

        ListenerName listener = new ListenerName("PLAINTEXT");
        assertThat(cache.getPartitionLeaderEndpoint("changes", 0, listener)).isPresent();
        assertThat(cache.getPartitionLeaderEndpoint("changes", 1, listener)).isEmpty();
    }
}
