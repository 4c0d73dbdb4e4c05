package io.assay.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventBufferTest {
    private static final int THREADS = 8;

    private static void inParallel(Runnable task) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        CountDownLatch start = new CountDownLatch(THREADS);
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            all.add(pool.submit(() -> {
                start.countDown();
                start.await();
                task.run();
                return null;
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        pool.shutdown();
    }

    private static void offer(EventBuffer events, int goals) {
        for (int g = 0; g < goals; g++) {
            events.goal("u" + g, "goal", g, null);
        }
    }

    @Test
    void aFullQueueWakesNobodyForEachEvent() {
        EventBuffer events = new EventBuffer(100, 10, new Trouble());
        AtomicInteger woken = new AtomicInteger();
        events.onBatch(woken::incrementAndGet);
        offer(events, 1_000);
        assertThat(woken).hasValue(10);
        assertThat(events.queued()).isEqualTo(100);
    }

    @Test
    void noMoreMakeRoomThanHaveTo() throws Exception {
        for (int round = 0; round < 50; round++) {
            EventBuffer events = new EventBuffer(50, 10, new Trouble());
            inParallel(() -> offer(events, 100));
            assertThat(events.queued()).isEqualTo(50);
            assertThat(events.dropped.sum()).isEqualTo(THREADS * 100 - 50);
        }
    }

    @Test
    void nothingStaysBehindAtTheEnd() throws Exception {
        for (int round = 0; round < 1_000; round++) {
            EventBuffer events = new EventBuffer(10_000, 100, new Trouble());
            AtomicInteger first = new AtomicInteger();
            inParallel(() -> {
                if (first.getAndIncrement() == 0) {
                    events.end();
                } else {
                    offer(events, 20);
                }
            });
            assertThat(events.queued()).isZero();
            assertThat(events.dropped.sum()).isEqualTo(events.offered.sum());
        }
    }

    @Test
    void whatIsOnItsWayKeepsNoNewerEventOut() {
        EventBuffer events = new EventBuffer(10, 10, new Trouble());
        offer(events, 10);
        for (int g = 0; g < 10; g++) {
            events.poll();
        }
        offer(events, 10);
        assertThat(events.dropped.sum()).isZero();
        assertThat(events.queued()).isEqualTo(20);
    }
}
