package io.assay.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * 64 threads use a client whose server does everything a server should not.
 *
 * <p>A few seconds in the suite; a minute by {@code mvn -f sdk/java/pom.xml test -Dtest=ChaosTest -Dassay.chaos.seconds=60}, which prints
 * its figures.
 */
class ChaosTest {
    private static final int THREADS = 64;
    private static final int USERS = 10_000;
    private static final int CALLS_A_TURN = 200;
    private static final long TURN_NANOS = 2_000_000;
    private static final long MOOD_NANOS = 100_000_000;
    private static final long MAX_MOOD_NANOS = 3_000_000_000L;
    private static final int NOTICED = 4;
    private static final int SECONDS = Integer.getInteger("assay.chaos.seconds", 4);
    private static final long SLACK_BYTES = 48L << 20;

    private final ThreadMXBean beans = ManagementFactory.getThreadMXBean();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger goals = new AtomicInteger();
    private final Caller[] callers = new Caller[THREADS];
    private volatile boolean ended;

    /** A thread of the application, which does nothing but use the client and now and then let others run. */
    private final class Caller extends Thread {
        private final AssayClient client;
        private final CountDownLatch start;
        private final CountDownLatch end;
        private final SplittableRandom random;
        private long calls;
        private long ownWaits;
        private long blocked;
        private long waited;

        Caller(AssayClient client, CountDownLatch start, CountDownLatch end, int number) {
            super("caller-" + number);
            this.client = client;
            this.start = start;
            this.end = end;
            random = new SplittableRandom(number);
        }

        @Override
        public void run() {
            try {
                start.await();
                ThreadInfo before = beans.getThreadInfo(getId());
                while (!ended) {
                    turn();
                    ownWaits++;
                    LockSupport.parkNanos(TURN_NANOS);
                }
                ThreadInfo after = beans.getThreadInfo(getId());
                blocked = after.getBlockedCount() - before.getBlockedCount();
                waited = after.getWaitedCount() - before.getWaitedCount();
            } catch (Throwable e) {
                wrong.add("reached a caller: " + e);
            } finally {
                end.countDown();
            }
        }

        private void turn() {
            for (int i = 0; i < CALLS_A_TURN; i++) {
                String user = "u" + random.nextInt(USERS);
                expect("treatment", client.getVariant("one", user));
                expect("control", client.getVariant("killed", user));
                if (i % 20 == 0) {
                    expect("treatment", client.getVariant("two", User.of(user, Map.of("age", 30))));
                    expect("two", client.getAssignment("two", user).experiment());
                }
            }
            calls += 2 * CALLS_A_TURN;
            int goal = goals.incrementAndGet();
            if (goal < UnrulyServer.MAX_GOALS) {
                client.track("goal", "u" + random.nextInt(USERS), goal);
            }
            if (client.stats().version() != 9) {
                wrong.add("version " + client.stats().version());
            }
        }

        private void expect(String expected, String got) {
            if (!expected.equals(got)) {
                wrong.add("got " + got);
            }
        }
    }

    @Test
    void callersNoticeNothingAndEveryEventIsAccountedFor() throws Exception {
        String nine = snapshot(9);
        try (UnrulyServer server = new UnrulyServer(nine, snapshot(3))) {
            AssayClient client = server.client()
                    .requestTimeout(Duration.ofMillis(500))
                    .retryMax(Duration.ofMillis(100))
                    .queueCapacity(2_000)
                    .cachedExposures(1 << 20)
                    .closeTimeout(Duration.ofSeconds(60))
                    .build();
            assertThat(client.awaitReady(Duration.ofSeconds(60))).isEqualTo(SnapshotSource.SERVER);
            Eventually.holds(() -> assertThat(client.getVariant("killed", "u0")).isEqualTo("control"));
            List<Long> heap = live(client, server);
            server.becomes(UnrulyServer.Mood.WELL);
            assertThat(client.flush(Duration.ofSeconds(60))).isTrue();
            client.close();
            report(client, server, heap);
            assertThat(wrong).isEmpty();
            for (Caller caller : callers) {
                assertThat(caller.blocked).as("times blocked").isZero();
                assertThat(caller.waited).as("times waiting").isLessThanOrEqualTo(caller.ownWaits);
            }
            Stats.Events e = client.stats().events();
            assertThat(e.queued()).isZero();
            assertThat(e.offered()).isEqualTo(e.delivered() + e.dropped() + e.rejected());
            assertThat(server.twice).as("events under two ids").hasValue(0);
            assertThat(server.taken.get()).isEqualTo(e.delivered());
            assertThat(client.stats().failures()).isZero();
            assertThat(heap.get(heap.size() - 1)).isLessThan(heap.get(0) + SLACK_BYTES);
        }
    }

    /** Runs the callers through all moods of the server, and looks at the heap when they have seen each once, and at the end. */
    private List<Long> live(AssayClient client, UnrulyServer server) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(THREADS);
        for (int t = 0; t < THREADS; t++) {
            callers[t] = new Caller(client, start, end, t);
            callers[t].start();
        }
        new Caller(client, start, end, THREADS).turn(); // whatever has to be loaded is
        start.countDown();
        long deadline = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        List<Long> heap = new ArrayList<>();
        try {
            while (heap.size() < 2 || System.nanoTime() - deadline < 0) {
                for (UnrulyServer.Mood mood : UnrulyServer.Mood.values()) {
                    server.becomes(mood);
                    watch(client);
                }
                heap.add(usedHeap());
            }
        } finally {
            ended = true;
        }
        end.await();
        return heap;
    }

    /** Looks at what the callers are doing for as long as a mood lasts: until the client has come across it a few times. */
    private void watch(AssayClient client) {
        long[] ids = Arrays.stream(callers).mapToLong(Thread::getId).toArray();
        long begun = System.nanoTime();
        long noticed = noticed(client) + NOTICED;
        for (long time = 0;
                time < MOOD_NANOS || (time < MAX_MOOD_NANOS && noticed(client) < noticed);
                time = System.nanoTime() - begun) {
            for (ThreadInfo info : beans.getThreadInfo(ids, 50)) {
                if (info != null
                        && info.getThreadState() != Thread.State.RUNNABLE
                        && Arrays.stream(info.getStackTrace())
                                .anyMatch(f -> f.getClassName().startsWith("io.assay.client.")
                                        && !f.getClassName().startsWith(ChaosTest.class.getName()))) {
                    wrong.add(info.toString());
                }
            }
            LockSupport.parkNanos(MOOD_NANOS / 10);
        }
    }

    private static long noticed(AssayClient client) {
        Stats.Config config = client.stats().config();
        return config.applied() + config.older() + config.unreadable() + config.failed() + config.notModified();
    }

    /** What the collection left; what the callers made since then does not count, however long ago that is. */
    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
    }

    private static String snapshot(long version) {
        return Snapshots.version(
                version,
                Snapshots.experiment("killed", 1),
                Snapshots.experiment("one", 2),
                Snapshots.experiment("two", 3));
    }

    private void report(AssayClient client, UnrulyServer server, List<Long> heap) {
        long calls = Arrays.stream(callers).mapToLong(c -> c.calls).sum();
        System.out.printf(
                "%d s, %d threads, %,d calls; %s; taken %d, again %d, twice %d; heap MB %s%n",
                SECONDS,
                THREADS,
                calls,
                client.stats(),
                server.taken.get(),
                server.again.get(),
                server.twice.get(),
                heap.stream().map(bytes -> bytes >> 20).toList());
    }
}
