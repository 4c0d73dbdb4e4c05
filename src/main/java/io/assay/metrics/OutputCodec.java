package io.assay.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.assay.analytics.Batch;
import io.assay.analytics.Batch.Progress;
import io.assay.analytics.ExperimentTotals;
import io.assay.analytics.Position;
import io.assay.analytics.TotalsJson;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The records the join writes.
 *
 * <pre>
 * aggregates   &lt;generation&gt;/&lt;experiment_id&gt;/&lt;partition&gt;  all totals of that experiment in that partition, "at"
 *              &lt;generation&gt;/watermark/&lt;partition&gt;        {"received", "horizon", "partitions", "at"}
 *              "at": {"exposures", "events", "received"}   the next offset of each topic and the time of the log
 * assignments  &lt;generation&gt;/&lt;experiment_id&gt;/&lt;user_id&gt;    {"v", "t"}, or nothing for a user who is out
 * dead-letter  &lt;topic&gt;/&lt;partition&gt;/&lt;offset&gt;              {"topic", "partition", "offset", "reason", "key", "value"}
 * </pre>
 *
 * Records from before there was an "at", or a generation in the key of an assignment, are read as well.
 */
final class OutputCodec {
    private static final String WATERMARK = "watermark";
    private static final String AT = "at";
    private static final int LONGEST_COPY = 65_536;
    private static final int FIRST_GENERATION = 1;

    /** A generation has at most ten digits, and an experiment's id twelve characters. */
    private static final Pattern ASSIGNMENT = Pattern.compile("(?:(\\d{1,10})/)?([^/]+)/(.*)", Pattern.DOTALL);

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

    static byte[] totals(ExperimentTotals totals, Progress progress) {
        return TotalsJson.write(totals).put(AT, at(progress)).toBuffer().getBytes();
    }

    static byte[] watermark(Watermarks watermarks, int partitions) {
        return new JsonObject()
                .put("received", watermarks.received())
                .put("horizon", watermarks.horizon())
                .put("partitions", partitions)
                .put(AT, at(watermarks.progress()))
                .toBuffer()
                .getBytes();
    }

    static Batch.AggregateRow readTotals(Position at, AggregateKey key, byte[] value) {
        var json = json(value);
        return new Batch.AggregateRow(
                at, key.generation, key.experimentId, key.partition, progress(json), TotalsJson.read(json));
    }

    static Batch.Watermark readWatermark(Position at, AggregateKey key, byte[] value) {
        var json = json(value);
        return new Batch.Watermark(
                at,
                key.generation,
                key.partition,
                json.getInteger("partitions"),
                json.getLong("received"),
                json.getLong("horizon"),
                progress(json));
    }

    private static JsonObject at(Progress progress) {
        return new JsonObject()
                .put("exposures", progress.exposures())
                .put("events", progress.events())
                .put("received", progress.received());
    }

    private static Progress progress(JsonObject json) {
        var at = json.getJsonObject(AT);
        return at == null
                ? Progress.UNKNOWN
                : new Progress(at.getLong("exposures"), at.getLong("events"), at.getLong("received"));
    }

    static byte[] assignmentKey(int generation, String experimentId, String user) {
        return (generation + "/" + experimentId + "/" + user).getBytes(UTF_8);
    }

    static byte[] assignment(String variant, long ts) {
        return ("{\"v\":" + Json.encode(variant) + ",\"t\":" + ts + "}").getBytes(UTF_8);
    }

    static Batch.FirstExposure readAssignment(Position at, byte[] key, byte @Nullable [] value) {
        var parts = ASSIGNMENT.matcher(new String(key, UTF_8));
        if (!parts.matches()) {
            throw new IllegalArgumentException("key of an assignment");
        }
        int generation = parts.group(1) == null ? FIRST_GENERATION : Integer.parseInt(parts.group(1));
        var experiment = parts.group(2);
        var user = parts.group(3);
        if (value == null) {
            return new Batch.FirstExposure(at, generation, experiment, user, null, 0);
        }
        var json = json(value);
        return new Batch.FirstExposure(at, generation, experiment, user, json.getString("v"), json.getLong("t"));
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
