package io.assay.client;

import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Who wants to know of changes. They are called on a thread of their own, so that one that hangs keeps nobody else waiting. */
final class Listeners {
    private static final int WAITING = 64;
    private static final int IDLE_SECONDS = 10;

    private final Queue<Consumer<ConfigChange>> all = new ConcurrentLinkedQueue<>();
    private final ThreadPoolExecutor thread;
    private final Trouble trouble;

    Listeners(Trouble trouble) {
        this.trouble = trouble;
        thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING),
                DaemonThreads.named("assay-sdk-listeners"),
                new ThreadPoolExecutor.DiscardOldestPolicy());
        thread.allowCoreThreadTimeOut(true);
    }

    Runnable add(Consumer<ConfigChange> listener) {
        all.add(listener);
        return () -> all.remove(listener);
    }

    void tell(ConfigChange change) {
        if (!all.isEmpty()) {
            thread.execute(() -> all.forEach(listener -> tell(listener, change)));
        }
    }

    void close() {
        thread.shutdown();
    }

    private void tell(Consumer<ConfigChange> listener, ConfigChange change) {
        try {
            listener.accept(change);
        } catch (Throwable e) {
            trouble.kept(e);
        }
    }
}
