package io.assay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.engine.Snapshot;
import io.assay.load.Samples;
import io.assay.protocol.SnapshotCodec;
import org.junit.jupiter.api.Test;

/** What every SDK downloads stays small. */
class SnapshotSizeTest {
    private final Snapshot snapshot = Samples.realistic(500);

    @Test
    void fiveHundredExperimentsTakeLessThan150KilobytesAnd25Packed() {
        Representation forServers = Representation.of(SnapshotCodec.encode(snapshot, true));
        assertThat(forServers.plain().length()).isLessThan(150_000);
        assertThat(forServers.gzip().length()).isLessThan(25_000);
    }

    @Test
    void thatSnapshotIsNoSimpleOne() {
        assertThat(snapshot.experiments()).hasSize(500);
        assertThat(snapshot.experiments()).anyMatch(e -> e.variants().size() == 4);
        assertThat(snapshot.experiments().stream().filter(e -> e.targeting() != null))
                .hasSizeGreaterThan(160);
        assertThat(snapshot.experiments().stream().filter(e -> e.layer().key() != null))
                .hasSize(250);
        byte[] bytes = SnapshotCodec.encode(snapshot, true);
        assertThat(SnapshotCodec.encode(SnapshotCodec.decode(bytes), true)).isEqualTo(bytes);
    }
}
