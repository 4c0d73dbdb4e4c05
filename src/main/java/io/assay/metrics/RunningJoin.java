package io.assay.metrics;

import io.assay.analytics.MetricStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The join under Kafka Streams, and the sink beside it. */
final class RunningJoin {
    private static final Logger log = LoggerFactory.getLogger(RunningJoin.class);
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final KafkaStreams streams;
    private final Sink sink;
    private final Path folder;
    private volatile boolean hasRun;
    private volatile boolean isClosing;

    private RunningJoin(KafkaStreams streams, Sink sink, Path folder) {
        this.streams = streams;
        this.sink = sink;
        this.folder = folder;
    }

    /** Starts both; {@link #problem} tells until all partitions are worked on. */
    static RunningJoin start(
            MetricsConfig config, Path folder, Definitions definitions, MetricStore store, Map<String, Integer> numbers)
            throws IOException {
        var settings = KafkaSettings.in(folder, config);
        StateFolder.forgetUncleanState(folder, config.application());
        var join = new RunningJoin(
                new KafkaStreams(JoinTopology.of(config, definitions), settings.streams()),
                new Sink(config.topics(), settings::sinkConsumer, store, numbers),
                folder);
        join.streams.setStateListener(join::changed);
        join.streams.setUncaughtExceptionHandler(join::failed);
        join.streams.start();
        join.sink.start();
        return join;
    }

    /** "" or why nothing is counted at the moment. */
    String problem() {
        var state = streams.state();
        boolean works = state == State.RUNNING || (state == State.REBALANCING && hasRun);
        return (works ? "" : "the join is " + state + (hasRun ? "" : ", its state is being read back"))
                + sink.problem();
    }

    /** Blocks until both have stopped, or patience is at its end: whatever is cut off then is done again at the next start. */
    void close() throws InterruptedException, IOException {
        isClosing = true;
        if (streams.close(PATIENCE)) {
            StateFolder.keepCleanState(folder);
        }
        sink.close(PATIENCE);
    }

    private void changed(State now, State before) {
        log.debug("The join is {} after {}", now, before);
        if (now == State.RUNNING) {
            hasRun = true;
        }
    }

    private StreamThreadExceptionResponse failed(Throwable e) {
        if (isClosing) {
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        log.error("A thread of the join failed and is replaced; it goes on from the last commit", e);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
}
