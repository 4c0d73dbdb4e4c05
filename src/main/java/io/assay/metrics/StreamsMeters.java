package io.assay.metrics;

import io.assay.platform.Meters;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Metric;

/** What Kafka Streams says of itself, reduced to what an operator asks: how far behind, how many users, how large. */
final class StreamsMeters {
    private final MultiGauge lag;
    private final MultiGauge users;
    private final MultiGauge bytes;

    StreamsMeters(int generation) {
        lag = gauge("assay.join.lag.records", "Records of a partition that are still to be taken", generation);
        users = gauge("assay.join.users", "Users that a partition's state knows, about", generation);
        bytes = gauge(
                "assay.join.state.bytes", "Size of a partition's state of users, on disk and in memory", generation);
    }

    void show(Collection<? extends Metric> metrics) {
        List<MultiGauge.Row<?>> lags = new ArrayList<>();
        List<MultiGauge.Row<?>> entries = new ArrayList<>();
        Map<Tags, Double> sizes = new HashMap<>();
        for (var metric : metrics) {
            var name = metric.metricName();
            var tags = name.tags();
            if (!(metric.metricValue() instanceof Number number) || Double.isNaN(number.doubleValue())) {
                continue;
            }
            if (name.name().equals("records-lag") && tags.containsKey("partition")) {
                lags.add(MultiGauge.Row.of(
                        Tags.of("topic", tags.get("topic"), "partition", tags.get("partition")), number));
            } else if (JoinProcessor.USERS.equals(tags.get("rocksdb-state-id"))) {
                var partition =
                        Tags.of("partition", String.valueOf(tags.get("task-id")).replaceAll(".*_", ""));
                if (name.name().equals("estimate-num-keys")) {
                    entries.add(MultiGauge.Row.of(partition, number));
                } else if (name.name().equals("total-sst-files-size")
                        || name.name().equals("cur-size-all-mem-tables")) {
                    sizes.merge(partition, number.doubleValue(), Double::sum);
                }
            }
        }
        lag.register(lags, true);
        users.register(entries, true);
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        sizes.forEach((partition, size) -> rows.add(MultiGauge.Row.of(partition, size)));
        bytes.register(rows, true);
    }

    /** Shows nothing any more. */
    void close() {
        show(List.of());
    }

    private static MultiGauge gauge(String name, String what, int generation) {
        return MultiGauge.builder(name)
                .description(what)
                .tag("generation", Integer.toString(generation))
                .register(Meters.registry());
    }
}
