package io.assay.ingestion;

import io.assay.platform.Topics;
import io.assay.platform.Trace;
import io.assay.protocol.EventCodec;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** The records of one request, in its order per topic; all of them carry its trace context, if it has one. */
final class EventRecords {
    private final List<ProducerRecord<byte[], byte[]>> records;
    private final @Nullable List<Header> headers;
    private String user = "";
    private byte[] key = {};

    private EventRecords(int size, @Nullable Trace trace) {
        records = new ArrayList<>(size);
        headers = trace == null
                ? null
                : List.of(new RecordHeader(Trace.HEADER, trace.parent().getBytes(StandardCharsets.US_ASCII)));
    }

    static List<ProducerRecord<byte[], byte[]>> of(Topics topics, Intake.Outcome outcome, @Nullable Trace trace) {
        EventRecords made = new EventRecords(outcome.received(), trace);
        for (Exposure exposure : outcome.exposures()) {
            made.add(topics.exposures(), exposure.user(), EventCodec.encode(exposure));
        }
        for (Goal goal : outcome.goals()) {
            made.add(topics.events(), goal.user(), EventCodec.encode(goal));
        }
        return made.records;
    }

    private void add(String topic, String of, byte[] value) {
        if (!of.equals(user)) {
            user = of;
            key = EventCodec.key(of);
        }
        records.add(new ProducerRecord<>(topic, null, null, key, value, headers));
    }
}
