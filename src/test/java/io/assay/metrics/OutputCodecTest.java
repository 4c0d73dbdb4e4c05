package io.assay.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Batch;
import io.assay.analytics.Batch.Progress;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.Position;
import io.assay.metrics.OutputCodec.AggregateKey;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the join writes comes back as it was, and so does what it wrote before. */
class OutputCodecTest {
    private static final Position AT = new Position(3, 1, 77);
    private static final AggregateKey KEY = new AggregateKey(4, "0123456789ab", 1);

    private final ExperimentTotals totals = new ExperimentTotals(Map.of(), Map.of(), 1, 2, Map.of("too_old", 3L));
    private final Progress progress = new Progress(5, 6, 7);

    @Test
    void totalsKeepTheirPlaceInTheLog() {
        byte[] value = OutputCodec.totals(totals, progress);
        assertThat(OutputCodec.readTotals(AT, AggregateKey.of(KEY.toBytes()), value))
                .isEqualTo(new Batch.AggregateRow(AT, 4, "0123456789ab", 1, progress, totals));
        var older = "{'all':{},'clean':{},'multiple_exposures':1,'excluded_users':2,'discarded':{'too_old':3}}";
        assertThat(OutputCodec.readTotals(AT, KEY, bytes(older)))
                .isEqualTo(new Batch.AggregateRow(AT, 4, "0123456789ab", 1, Progress.UNKNOWN, totals));
    }

    @Test
    void aWatermarkKeepsItsPlaceInTheLog() {
        var watermarks = new Watermarks();
        watermarks.advance(Source.EXPOSURES, 41, History.T0);
        watermarks.advance(Source.EVENTS, 8, History.T0 + 5);
        var key = AggregateKey.of(OutputCodec.watermarkKey(4, 1));
        assertThat(key.isWatermark()).isTrue();
        assertThat(OutputCodec.readWatermark(AT, key, OutputCodec.watermark(watermarks, 2)))
                .isEqualTo(new Batch.Watermark(
                        AT, 4, 1, 2, History.T0, watermarks.horizon(), new Progress(42, 9, History.T0 + 5)));
        var older = OutputCodec.readWatermark(AT, key, bytes("{'received':9,'horizon':-3,'partitions':2}"));
        assertThat(older).isEqualTo(new Batch.Watermark(AT, 4, 1, 2, 9, -3, Progress.UNKNOWN));
    }

    @Test
    void anAssignmentIsOfAGenerationAndOlderOnesAreOfTheFirst() {
        var first = new Batch.FirstExposure(AT, 12, "0123456789ab", "u/1 ü", "B", 70);
        byte[] key = OutputCodec.assignmentKey(12, "0123456789ab", "u/1 ü");
        assertThat(OutputCodec.readAssignment(AT, key, OutputCodec.assignment("B", 70)))
                .isEqualTo(first);
        assertThat(OutputCodec.readAssignment(AT, key, null))
                .isEqualTo(new Batch.FirstExposure(AT, 12, "0123456789ab", "u/1 ü", null, 0));
        byte[] older = "012345678901/7/u".getBytes(UTF_8);
        assertThat(OutputCodec.readAssignment(AT, older, OutputCodec.assignment("B", 70)))
                .isEqualTo(new Batch.FirstExposure(AT, 1, "012345678901", "7/u", "B", 70));
    }

    @Test
    void watermarksOfTheOlderFormLackOnlyTheOffsets() {
        var watermarks = new Watermarks();
        watermarks.restore(ByteBuffer.allocate(16).putLong(50).putLong(60).array());
        assertThat(watermarks.received()).isEqualTo(50);
        assertThat(watermarks.progress()).isEqualTo(new Progress(-1, -1, 60));
        watermarks.advance(Source.EVENTS, 8, 61);
        var again = new Watermarks();
        again.restore(watermarks.toBytes());
        assertThat(again.progress()).isEqualTo(new Progress(-1, 9, 61));
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(UTF_8);
    }
}
