package io.assay.metrics;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The join of one generation under Kafka Streams. */
final class RunningJoin {
    private static final Logger log = LoggerFactory.getLogger(RunningJoin.class);
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final KafkaStreams streams;
    private final Path folder;
    private final String application;
    private volatile boolean hasRun;
    private final Restarts restarts = new Restarts(System::nanoTime);
    private final ReadBack readBack = new ReadBack();
    private final StreamsMeters meters;

    private RunningJoin(KafkaStreams streams, Path folder, MetricsConfig config) {
        this.streams = streams;
        this.folder = folder;
        this.application = config.application();
        this.meters = new StreamsMeters(config.generation());
    }

    /** Starts it; {@link #problem} tells until all partitions are worked on. */
    static RunningJoin start(MetricsConfig config, Path folder, Definitions definitions) throws IOException {
        var settings = KafkaSettings.in(folder, config);
        StateFolder.forgetUncleanState(folder, config.application());
        var join = new RunningJoin(
                new KafkaStreams(JoinTopology.of(config, definitions), settings.streams()), folder, config);
        join.streams.setStateListener(join::changed);
        join.streams.setGlobalStateRestoreListener(join.readBack);
        join.streams.setUncaughtExceptionHandler(join::failed);
        join.streams.start();
        return join;
    }

    /** "" or why nothing is counted at the moment. */
    String problem() {
        var state = streams.state();
        boolean works = state == State.RUNNING || (state == State.REBALANCING && hasRun);
        return (works ? "" : "the join is " + state + (hasRun ? "" : ", " + readBack.progress())) + restarts.problem();
    }

    /** Called every few seconds: without new definitions nothing more is taken, so that no thread has to wait for them. */
    void tick(boolean areDefinitionsNew) {
        if (restarts.isClosing()) {
            return;
        }
        if (areDefinitionsNew && streams.isPaused()) {
            streams.resume();
        } else if (!areDefinitionsNew && !streams.isPaused()) {
            log.warn("Nothing is counted until the definitions can be read again");
            streams.pause();
        }
        meters.show(streams.metrics().values());
    }

    /** Blocks until it has stopped, or patience is at its end: whatever is cut off then is done again at the next start. */
    void close() throws IOException {
        restarts.close();
        meters.close();
        if (streams.close(PATIENCE)) {
            StateFolder.keepCleanState(folder, application);
        }
    }

    /** The same for the last time: the others need not wait for it, and its state here is removed. */
    void retire() throws IOException {
        restarts.close();
        meters.close();
        streams.close(
                CloseOptions.timeout(PATIENCE).withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
        StateFolder.forget(folder, application);
    }

    private void changed(State now, State before) {
        log.debug("{} is {} after {}", application, now, before);
        if (now == State.RUNNING) {
            hasRun = true;
        }
    }

    private StreamThreadExceptionResponse failed(Throwable e) {
        return restarts.follows(e)
                ? StreamThreadExceptionResponse.REPLACE_THREAD
                : StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
}
