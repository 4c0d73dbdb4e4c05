package io.assay.snapshot;

import io.assay.platform.Meters;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The numbers by which operators see what a node serves and what it refused. */
final class FeedMetrics {
    private static final List<String> SOURCES = List.of(
            Served.NO_SOURCE, FileStore.NAME, PeersSource.NAME, RedisSource.NAME, "database", SnapshotFeed.OFFERED);

    private final MeterRegistry registry = Meters.registry();
    private final Alarms alarms = new Alarms(registry);
    private final Map<String, AtomicLong> answeredAt = new ConcurrentHashMap<>();

    /** Shows what this feed serves; for the one feed of a process that has a chain. */
    void show(SnapshotFeed feed) {
        for (Kind kind : Kind.values()) {
            Gauge.builder("assay.snapshot.version", feed, f -> version(f, kind))
                    .description("Version of the document that this node serves")
                    .tag("kind", kind.text())
                    .register(registry);
        }
        for (Kind kind : Kind.values()) {
            Gauge.builder("assay.snapshot.size", feed, f -> size(f, kind))
                    .description("Size of the document that this node serves")
                    .baseUnit("bytes")
                    .tag("kind", kind.text())
                    .register(registry);
        }
        Gauge.builder(
                        "assay.snapshot.experiments",
                        feed,
                        f -> f.served().snapshot().experiments().size())
                .description("Experiments that this node serves")
                .register(registry);
        for (String source : SOURCES) {
            Gauge.builder(
                            "assay.snapshot.source",
                            feed,
                            f -> f.served().source().equals(source) ? 1 : 0)
                    .description("1 for the source that the snapshot came from")
                    .tag("source", source)
                    .register(registry);
        }
    }

    /** {@code outcome="mismatched"} is the alarm: two contents under one version. */
    void count(Kind kind, Outcome outcome, String source) {
        registry.counter("assay.snapshot.documents", "kind", kind.text(), "outcome", outcome.text(), "source", source)
                .increment();
    }

    Alarms alarms() {
        return alarms;
    }

    void rewritten(Kind kind, String source) {
        registry.counter("assay.snapshot.rewritten", "kind", kind.text(), "source", source)
                .increment();
    }

    /** A conversation with a source is over; how long ago the last good one was is what an alert looks at. */
    void asked(String source, boolean answered) {
        registry.counter("assay.snapshot.asked", "source", source, "outcome", answered ? "answered" : "failed")
                .increment();
        AtomicLong last = answeredAt.computeIfAbsent(source, this::showAge);
        if (answered) {
            last.set(System.nanoTime());
        }
    }

    private AtomicLong showAge(String source) {
        AtomicLong last = new AtomicLong(System.nanoTime());
        Gauge.builder("assay.snapshot.source.age", last, at -> (System.nanoTime() - at.get()) / 1e9)
                .description("Time since this source answered last, or since it was asked first")
                .baseUnit("seconds")
                .tag("source", source)
                .strongReference(true)
                .register(registry);
        return last;
    }

    private static double size(SnapshotFeed feed, Kind kind) {
        Document document = feed.document(kind);
        return document == null ? 0 : document.bytes().length;
    }

    private static double version(SnapshotFeed feed, Kind kind) {
        Document document = feed.document(kind);
        return document == null ? 0 : document.version();
    }
}
