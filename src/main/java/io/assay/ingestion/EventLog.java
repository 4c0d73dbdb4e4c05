package io.assay.ingestion;

import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Where taken events go: a log that says when they are safe. */
interface EventLog {
    /**
     * Publishes all records. Succeeds when every one of them is acknowledged; fails with a 503, at once if the log is known to
     * be away or too much waits for it already.
     */
    Future<Void> append(List<ProducerRecord<byte[], byte[]>> records);
}
