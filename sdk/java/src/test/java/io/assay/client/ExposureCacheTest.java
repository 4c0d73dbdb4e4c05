package io.assay.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ExposureCacheTest {
    @Test
    void aVariantIsNewOnceAndAnotherTakesItsPlace() {
        ExposureCache cache = new ExposureCache(1_024);
        int a = ExposureCache.tag("a");
        int b = ExposureCache.tag("b");
        assertThat(cache.add(42, a)).isTrue();
        assertThat(cache.add(42, a)).isFalse();
        assertThat(cache.add(42, b)).isTrue();
        assertThat(cache.add(42, b)).isFalse();
        assertThat(cache.add(42, a)).isTrue();
    }

    @Test
    void noNewPairIsTakenForAKnownOne() {
        ExposureCache cache = new ExposureCache(1 << 16);
        SplittableRandom random = new SplittableRandom(1);
        int tag = ExposureCache.tag("a");
        for (int i = 0; i < 3_000_000; i++) {
            assertThat(cache.add(random.nextLong(), tag)).isTrue();
        }
    }

    @Test
    void ofManyThreadsOneIsTheFirst() throws Exception {
        int threads = 8;
        int pairs = 20_000;
        ExposureCache cache = new ExposureCache(1 << 18);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CountDownLatch start = new CountDownLatch(threads);
        List<Future<Integer>> news = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            news.add(pool.submit(() -> {
                start.countDown();
                start.await();
                int first = 0;
                for (int p = 0; p < pairs; p++) {
                    first += cache.add(Hash64.of(p, p), 1) ? 1 : 0;
                }
                return first;
            }));
        }
        int sum = 0;
        for (Future<Integer> one : news) {
            sum += one.get();
        }
        pool.shutdown();
        assertThat(sum).isEqualTo(pairs);
    }
}
