package io.assay.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.assay.analytics.Batch;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.Position;
import io.assay.analytics.TotalsJson;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The records the join writes.
 *
 * <pre>
 * aggregates   &lt;generation&gt;/&lt;experiment_id&gt;/&lt;partition&gt;  all totals of that experiment in that partition
 *              &lt;generation&gt;/watermark/&lt;partition&gt;        {"received", "horizon", "partitions"}
 * assignments  &lt;experiment_id&gt;/&lt;user_id&gt;                 {"v", "t"}, or nothing for a user who is out
 * dead-letter  &lt;topic&gt;/&lt;partition&gt;/&lt;offset&gt;              {"topic", "partition", "offset", "reason", "key", "value"}
 * </pre>
 */
final class OutputCodec {
    private static final String WATERMARK = "watermark";
    private static final int LONGEST_COPY = 65_536;

    private OutputCodec() {}

    /** A record of the topic {@code aggregates}: what its key says. */
    record AggregateKey(int generation, String experimentId, int partition) {
        static AggregateKey of(byte[] key) {
            var parts = new String(key, UTF_8).split("/", -1);
            if (parts.length != 3) {
                throw new IllegalArgumentException("key " + new String(key, UTF_8));
            }
            return new AggregateKey(Integer.parseInt(parts[0]), parts[1], Integer.parseInt(parts[2]));
        }

        byte[] toBytes() {
            return (generation + "/" + experimentId + "/" + partition).getBytes(UTF_8);
        }

        boolean isWatermark() {
            return experimentId.equals(WATERMARK);
        }
    }

    static byte[] watermarkKey(int generation, int partition) {
        return new AggregateKey(generation, WATERMARK, partition).toBytes();
    }

    static byte[] totals(ExperimentTotals totals) {
        return TotalsJson.write(totals).toBuffer().getBytes();
    }

    static byte[] watermark(Watermarks watermarks, int partitions) {
        return new JsonObject()
                .put("received", watermarks.received())
                .put("horizon", watermarks.horizon())
                .put("partitions", partitions)
                .toBuffer()
                .getBytes();
    }

    static Batch.AggregateRow readTotals(Position at, AggregateKey key, byte[] value) {
        return new Batch.AggregateRow(
                at, key.generation, key.experimentId, key.partition, TotalsJson.read(json(value)));
    }

    static Batch.Watermark readWatermark(Position at, AggregateKey key, byte[] value) {
        var json = json(value);
        return new Batch.Watermark(
                at,
                key.generation,
                key.partition,
                json.getInteger("partitions"),
                json.getLong("received"),
                json.getLong("horizon"));
    }

    static byte[] assignmentKey(String experimentId, String user) {
        return (experimentId + "/" + user).getBytes(UTF_8);
    }

    static byte[] assignment(String variant, long ts) {
        return new JsonObject().put("v", variant).put("t", ts).toBuffer().getBytes();
    }

    static Batch.FirstExposure readAssignment(Position at, byte[] key, byte @Nullable [] value) {
        var text = new String(key, UTF_8);
        int slash = text.indexOf('/');
        var experiment = text.substring(0, slash);
        var user = text.substring(slash + 1);
        if (value == null) {
            return new Batch.FirstExposure(at, experiment, user, null, 0);
        }
        var json = json(value);
        return new Batch.FirstExposure(at, experiment, user, json.getString("v"), json.getLong("t"));
    }

    static byte[] deadLetterKey(String topic, Position at) {
        return (topic + "/" + at.partition() + "/" + at.offset()).getBytes(UTF_8);
    }

    /** The record at hand, where it stands, and why it does not count. */
    static byte[] deadLetter(String topic, Position at, String reason, byte @Nullable [] key, byte @Nullable [] value) {
        return new JsonObject()
                .put("topic", topic)
                .put("partition", at.partition())
                .put("offset", at.offset())
                .put("reason", reason)
                .put("key", copy(key))
                .put("value", copy(value))
                .toBuffer()
                .getBytes();
    }

    static Batch.DeadLetter readDeadLetter(Position at, byte[] value) {
        var json = json(value);
        return new Batch.DeadLetter(
                at,
                json.getString("topic"),
                json.getInteger("partition"),
                json.getLong("offset"),
                json.getString("reason"),
                json.getString("key"),
                json.getString("value"));
    }

    private static JsonObject json(byte[] value) {
        return new JsonObject(Buffer.buffer(value));
    }

    /** Bytes as text if they are some, else in base64; of very many only the first. */
    private static String copy(byte @Nullable [] bytes) {
        if (bytes == null) {
            return "";
        }
        byte[] kept = bytes.length > LONGEST_COPY ? Arrays.copyOf(bytes, LONGEST_COPY) : bytes;
        try {
            var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(kept)).toString();
            if (text.indexOf('\0') < 0) {
                return text;
            }
        } catch (CharacterCodingException e) {
            // not a text
        }
        return "base64:" + Base64.getEncoder().encodeToString(kept);
    }
}
