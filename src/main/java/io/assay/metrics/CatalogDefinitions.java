package io.assay.metrics;

import io.assay.catalog.Measured;
import io.assay.catalog.MeasuredExperiment;
import io.assay.catalog.MeasuredVariant;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The definitions of the catalog, read again and again. Who needs newer ones than there are waits: the results would be
 * wrong without them, and the log does not run away.
 */
final class CatalogDefinitions implements Definitions {
    private static final Logger log = LoggerFactory.getLogger(CatalogDefinitions.class);

    /*
     * Concluding sets the end a minute ahead, so whoever reads every two seconds and never works with definitions older
     * than 30 seconds has not yet counted anything at or after the new end.
     */
    private static final Duration OLDEST = Duration.ofSeconds(30);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    /*
     * Who waits for longer than that loses its transaction (30 s), so it fails before. The join is held before the
     * definitions are as old as that; then nobody waits but for what is unknown.
     */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    /** While everything starts, one failure says nothing. */
    private static final int TOLERATED_FAILURES = 3;

    /** How far the clocks of broker and database may be apart before a look at the definitions is taken again. */
    private static final long CLOCKS_APART_MILLIS = 10_000;

    private final Context context;
    private final Supplier<Future<Measured>> catalog;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Consumer<Boolean> onTick = areNew -> {};
    private volatile @Nullable Reading last;
    private volatile boolean closed;
    private boolean isReading;
    private boolean isReadAgain;
    private int failures;

    /** @param began when this was asked for; the database's {@code now} is not before */
    private record Reading(View view, long began, long now) {}

    CatalogDefinitions(Context context, Supplier<Future<Measured>> catalog, LongSupplier nanos) {
        this.context = context;
        this.catalog = catalog;
        this.nanos = nanos;
    }

    /** Says at every turn whether the definitions are new; to be called before the start. */
    void eachTime(Consumer<Boolean> listener) {
        onTick = onTick.andThen(listener);
    }

    /** Begins to read. */
    void start() {
        context.runOnContext(v -> tick());
    }

    /** Reads soon, because something has changed. */
    void refresh() {
        context.runOnContext(v -> read());
    }

    /** "" or why nothing is counted at the moment. */
    String problem() {
        return isFresh(last) ? "" : "definitions are older than " + OLDEST.toSeconds() + " s: nothing is counted";
    }

    /** True if they are so new that nobody has to wait for a while. */
    boolean areNew() {
        var reading = last;
        return reading != null && nanos.getAsLong() - reading.began <= LONGEST_WAIT.toNanos();
    }

    @Override
    public View current() {
        var reading = last;
        return reading != null && isFresh(reading) ? reading.view : await(this::isFresh);
    }

    @Override
    public View readAfter(long received) {
        var reading = last;
        if (reading != null && isFresh(reading) && reading.now > received + CLOCKS_APART_MILLIS) {
            return reading.view;
        }
        long began = nanos.getAsLong();
        refresh();
        return await(newer -> newer != null && newer.began - began >= 0);
    }

    /** Lets those who wait fail. */
    void close() {
        closed = true;
        signal();
    }

    private void tick() {
        if (!closed) {
            read();
            onTick.accept(areNew());
            context.owner().setTimer(INTERVAL.toMillis(), id -> tick());
        }
    }

    private void read() {
        if (closed) {
            return;
        }
        if (isReading) {
            isReadAgain = true;
            return;
        }
        isReading = true;
        long began = nanos.getAsLong();
        Future.succeededFuture()
                .compose(v -> catalog.get())
                .map(measured -> new Reading(view(measured), began, measured.nowMillis()))
                .onComplete(this::done);
    }

    private void done(AsyncResult<Reading> reading) {
        isReading = false;
        if (reading.succeeded()) {
            failures = 0;
            last = reading.result();
            signal();
        } else if (++failures == TOLERATED_FAILURES) {
            log.warn("The definitions cannot be read: {}", String.valueOf(reading.cause()));
        }
        if (isReadAgain) {
            isReadAgain = false;
            context.runOnContext(v -> read());
        }
    }

    private View await(Predicate<@Nullable Reading> condition) {
        lock.lock();
        try {
            long began = nanos.getAsLong();
            var reading = last;
            while (reading == null || !condition.test(reading)) {
                if (closed) {
                    throw new IllegalStateException("closing while definitions are waited for");
                }
                if (nanos.getAsLong() - began > LONGEST_WAIT.toNanos()) {
                    throw new IllegalStateException("the definitions cannot be read, and are waited for no longer");
                }
                boolean signalled = changed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
                if (!signalled) {
                    refresh();
                }
                reading = last;
            }
            return reading.view;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while definitions are waited for", e);
        } finally {
            lock.unlock();
        }
    }

    private boolean isFresh(@Nullable Reading reading) {
        return reading != null && nanos.getAsLong() - reading.began <= OLDEST.toNanos();
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static View view(Measured measured) {
        return new View(measured.experiments().stream()
                .map(CatalogDefinitions::definition)
                .toList());
    }

    private static Definition definition(MeasuredExperiment e) {
        return new Definition(
                e.id(),
                e.variants().stream().map(MeasuredVariant::key).toList(),
                e.metrics().stream().map(CatalogDefinitions::metric).toList(),
                e.startMillis(),
                e.endMillis());
    }

    private static Definition.Metric metric(io.assay.catalog.Metric metric) {
        var window = metric.windowMillis();
        return new Definition.Metric(
                metric.key(), Hash64.of(metric.event()), window == null ? Definition.Metric.NO_WINDOW : window);
    }
}
