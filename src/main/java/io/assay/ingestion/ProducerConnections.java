package io.assay.ingestion;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Metric;
import org.jspecify.annotations.Nullable;

/** How many connections to brokers a producer has, by its own meter: it tells nobody when it loses one. */
final class ProducerConnections {
    private final @Nullable Metric meter;

    private ProducerConnections(@Nullable Metric meter) {
        this.meter = meter;
    }

    static ProducerConnections of(Producer<?, ?> producer) {
        return new ProducerConnections(producer.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("connection-count")
                        && metric.metricName().group().equals("producer-metrics"))
                .findFirst()
                .orElse(null));
    }

    /** Those that are open or being opened; 1 if it does not say. */
    int count() {
        return meter != null && meter.metricValue() instanceof Number number ? number.intValue() : 1;
    }
}
