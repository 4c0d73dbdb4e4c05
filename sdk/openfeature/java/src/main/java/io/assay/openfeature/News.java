package io.assay.openfeature;

import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.ProviderEvent;
import dev.openfeature.sdk.ProviderEventDetails;
import io.assay.client.AssayClient;
import io.assay.client.ConfigChange;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells OpenFeature of changes: which flags changed, that the snapshot became stale, that it is good again.
 *
 * <p>OpenFeature itself tells how {@code initialize} went, so the first look is taken only some time after it. All of it happens
 * on one daemon thread.
 */
final class News {
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private final AssayProvider provider;
    private final AssayClient client;
    private final Standing standing;
    private final long pauseMillis;
    private @Nullable ScheduledExecutorService thread;
    private Runnable unlisten = () -> {};
    private volatile Standing.Of told = Standing.Of.NONE;

    News(AssayProvider provider, AssayClient client, Duration staleAfter) {
        this.provider = provider;
        this.client = client;
        standing = new Standing(client, staleAfter, System::nanoTime);
        pauseMillis = Math.max(1, Math.min(LONGEST_PAUSE_MILLIS, staleAfter.toMillis() / 4));
    }

    /** Begins; says whether there is a snapshot. */
    synchronized boolean begin() {
        told = standing.now();
        if (thread == null) {
            ScheduledExecutorService own = Executors.newSingleThreadScheduledExecutor(News::daemon);
            thread = own;
            unlisten = client.onConfigChange(change -> submit(own, () -> changed(change)));
            own.scheduleWithFixedDelay(this::look, pauseMillis, pauseMillis, TimeUnit.MILLISECONDS);
        }
        return told != Standing.Of.NONE;
    }

    synchronized void end() {
        unlisten.run();
        if (thread != null) {
            thread.shutdownNow();
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "assay-openfeature");
        thread.setDaemon(true);
        return thread;
    }

    private static void submit(ScheduledExecutorService thread, Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            return; // it has ended
        }
    }

    private void changed(ConfigChange change) {
        if (told == Standing.Of.NONE) {
            return; // the first look says that it is ready, and then all is new
        }
        look();
        tell(
                ProviderEvent.PROVIDER_CONFIGURATION_CHANGED,
                ProviderEventDetails.builder()
                        .flagsChanged(List.copyOf(change.experiments()))
                        .build());
    }

    private void look() {
        Standing.Of now = standing.now();
        if (now == told) {
            return;
        }
        told = now;
        switch (now) {
            case NONE -> tell(ProviderEvent.PROVIDER_ERROR, because(ErrorCode.PROVIDER_NOT_READY));
            case STALE -> tell(ProviderEvent.PROVIDER_STALE, because(null));
            case FRESH ->
                tell(
                        ProviderEvent.PROVIDER_READY,
                        ProviderEventDetails.builder().build());
        }
    }

    private ProviderEventDetails because(@Nullable ErrorCode code) {
        return ProviderEventDetails.builder()
                .errorCode(code)
                .message(client.stats().lastError())
                .build();
    }

    /** One after the other: OpenFeature delivers in no fixed order what it is told at once. */
    private void tell(ProviderEvent event, ProviderEventDetails details) {
        try {
            provider.emit(event, details).await();
        } catch (RejectedExecutionException e) {
            return; // it has ended
        }
    }
}
