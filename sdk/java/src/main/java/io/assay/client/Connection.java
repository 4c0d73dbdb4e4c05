package io.assay.client;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The two threads that talk to a server, and the one that ends their requests in time. */
final class Connection implements Link {
    private static final int MAX_CONFIG_BYTES = 64 << 20;
    private static final int MAX_ANSWER_BYTES = 4 << 20;
    private static final long GRACE_MILLIS = 250;

    private final AssayOptions options;
    private final EventBuffer events;
    private final ScheduledThreadPoolExecutor guard;
    private final Listeners listeners;
    private final SnapshotPoller poller;
    private final EventSender sender;
    private final HttpCalls polling;
    private final HttpCalls sending;
    private final Thread pollerThread;
    private final Thread senderThread;

    Connection(AssayOptions options, Evaluator evaluator, EventBuffer events, Trouble trouble) {
        this.options = options;
        this.events = events;
        guard = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("assay-sdk-guard"));
        guard.setRemoveOnCancelPolicy(true);
        listeners = new Listeners(trouble);
        sending = new HttpCalls(options, guard, MAX_ANSWER_BYTES);
        polling = new HttpCalls(options, guard, MAX_CONFIG_BYTES);
        poller = new SnapshotPoller(options, polling, evaluator, listeners, trouble);
        sender = new EventSender(options, events, sending, trouble);
        pollerThread = DaemonThreads.named("assay-sdk-config").newThread(poller);
        senderThread = DaemonThreads.named("assay-sdk-events").newThread(sender);
    }

    @Override
    public void open() {
        events.onBatch(sender::wake);
        pollerThread.start();
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

    @Override
    public void close() throws InterruptedException {
        poller.end();
        LockSupport.unpark(pollerThread);
        guard.execute(polling::abort);
        listeners.close();
        sender.close(options.closeTimeout.toNanos());
        senderThread.join(options.closeTimeout.toMillis() + 1);
        guard.execute(sending::abort);
        senderThread.join(GRACE_MILLIS);
        guard.shutdown();
    }

    @Override
    public Listeners listeners() {
        return listeners;
    }

    @Override
    public long emergencyVersion() {
        return poller.emergencyVersion();
    }

    @Override
    public long retries() {
        return sender.retries.sum();
    }

    @Override
    public Stats.Config config() {
        return new Stats.Config(
                poller.applied.sum(),
                poller.notModified.sum(),
                poller.older.sum(),
                poller.unreadable.sum(),
                poller.failed.sum(),
                poller.fileErrors.sum());
    }

    private static long nanos(Duration duration) {
        return duration.isNegative() ? 0 : duration.toDays() > 365 ? Long.MAX_VALUE / 2 : duration.toNanos();
    }
}
