package io.assay.metrics;

import io.assay.analytics.MetricStore;
import io.vertx.core.Future;
import io.vertx.core.Promise;
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
    private final Promise<Void> running = Promise.promise();
    private volatile boolean isClosing;

    private RunningJoin(KafkaStreams streams, Sink sink) {
        this.streams = streams;
        this.sink = sink;
    }

    /** Starts both; {@link #ready} tells when all partitions are worked on. */
    static RunningJoin start(
            MetricsConfig config, Path folder, Definitions definitions, MetricStore store, Map<String, Integer> numbers)
            throws IOException {
        var settings = KafkaSettings.in(folder, config);
        var join = new RunningJoin(
                new KafkaStreams(JoinTopology.of(config, definitions), settings.streams()),
                new Sink(config.topics(), settings::sinkConsumer, store, numbers));
        join.streams.setStateListener(join::changed);
        join.streams.setUncaughtExceptionHandler(join::failed);
        join.streams.start();
        join.sink.start();
        return join;
    }

    Future<Void> ready() {
        return running.future();
    }

    /** "" or why nothing is counted at the moment. */
    String problem() {
        var state = streams.state();
        return state == State.RUNNING || state == State.REBALANCING ? "" : "the join is " + state;
    }

    /** Blocks until both have stopped, or patience is at its end: whatever is cut off then is done again at the next start. */
    void close() throws InterruptedException {
        isClosing = true;
        streams.close(PATIENCE);
        sink.close(PATIENCE);
    }

    private void changed(State now, State before) {
        if (now == State.RUNNING) {
            running.tryComplete();
        } else if (now == State.ERROR || now == State.NOT_RUNNING) {
            running.tryFail("the join is " + now);
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
