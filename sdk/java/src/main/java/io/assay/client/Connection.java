package io.assay.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** The three threads that talk to a server, and the one that ends their requests in time. */
final class Connection implements Link {
    private static final int MAX_CONFIG_BYTES = 64 << 20;
    private static final int MAX_ANSWER_BYTES = 4 << 20;
    private static final long GRACE_NANOS = 250_000_000;

    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final AssayOptions options;
    private final EventBuffer events;
    private final ScheduledThreadPoolExecutor guard;
    private final Listeners listeners;
    private final Configuration configuration;
    private final SnapshotPoller poller;
    private final EmergencyPoller emergency;
    private final EventSender sender;
    private final HttpCalls polling;
    private final HttpCalls killing;
    private final HttpCalls sending;
    private final Thread pollerThread;
    private final Thread emergencyThread;
    private final Thread senderThread;

    Connection(AssayOptions options, Evaluator evaluator, EventBuffer events, Trouble trouble) {
        this.options = options;
        this.events = events;
        guard = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("assay-sdk-guard"));
        guard.setRemoveOnCancelPolicy(true);
        listeners = new Listeners(trouble);
        sending = new HttpCalls(options, guard, MAX_ANSWER_BYTES);
        polling = new HttpCalls(options, guard, MAX_CONFIG_BYTES);
        killing = new HttpCalls(options, guard, MAX_CONFIG_BYTES);
        configuration = new Configuration(options, evaluator, listeners, trouble);
        poller = new SnapshotPoller(options, polling, configuration, trouble);
        sender = new EventSender(options, events, sending, trouble, evaluator::recordLostAgain);
        pollerThread = DaemonThreads.named("assay-sdk-config").newThread(poller);
        emergency =
                new EmergencyPoller(options, killing, configuration, trouble, () -> LockSupport.unpark(pollerThread));
        emergencyThread = DaemonThreads.named("assay-sdk-emergency").newThread(emergency);
        senderThread = DaemonThreads.named("assay-sdk-events").newThread(sender);
    }

    @Override
    public void open() {
        events.onBatch(sender::wake);
        pollerThread.start();
        emergencyThread.start();
        senderThread.start();
    }

    @Override
    public void awaitReady(Duration atMost) throws InterruptedException {
        poller.ready().await(nanos(atMost), TimeUnit.NANOSECONDS);
    }

    @Override
    public boolean flush(Duration atMost) throws InterruptedException {
        return sender.flush(nanos(atMost));
    }

    /** Whoever is interrupted waits all the same, for as long as the options allow, and is interrupted then. */
    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        try {
            poller.end();
            emergency.end();
            LockSupport.unpark(pollerThread);
            LockSupport.unpark(emergencyThread);
            abort(List.of(polling, killing));
            listeners.close();
            long nanos = options.closeTimeout.toNanos();
            sender.close(nanos);
            if (!isEnded(senderThread, nanos)) {
                abort(List.of(sending));
                isEnded(senderThread, GRACE_NANOS);
            }
        } finally {
            guard.shutdown();
            if (!senderThread.isAlive()) {
                events.end();
            }
        }
    }

    private void abort(List<HttpCalls> calls) {
        calls.forEach(call -> guard.execute(call::abort));
    }

    private static boolean isEnded(Thread thread, long nanos) {
        long deadline = System.nanoTime() + nanos;
        boolean isInterrupted = false;
        while (thread.isAlive() && deadline - System.nanoTime() > 0) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, deadline - System.nanoTime());
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    @Override
    public Listeners listeners() {
        return listeners;
    }

    @Override
    public long emergencyVersion() {
        return configuration.emergencyVersion();
    }

    @Override
    public long retries() {
        return sender.retries.sum();
    }

    @Override
    public Stats.Config config() {
        return new Stats.Config(
                configuration.applied.sum(),
                configuration.notModified.sum(),
                configuration.older.sum(),
                configuration.unreadable.sum(),
                configuration.failed.sum(),
                configuration.fileErrors.sum());
    }

    private static long nanos(Duration duration) {
        return duration.isNegative() ? 0 : duration.toDays() > 365 ? Long.MAX_VALUE / 2 : duration.toNanos();
    }
}
