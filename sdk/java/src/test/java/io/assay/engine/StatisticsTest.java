package io.assay.engine;

import static io.assay.engine.Experiments.experiment;
import static io.assay.engine.Experiments.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hash does what the statistics of experiments rely on. Seeds are fixed, so each test always gives the same answer. */
class StatisticsTest {
    /** The two-sided 0.1 % point of the normal distribution. */
    private static final double Z = 3.29;

    /** The bucket numbers that Optimizely publishes for its murmur3 test. */
    @ParameterizedTest
    @CsvSource({
        "ppid1,1886780721,5254",
        "ppid2,1886780721,4299",
        "ppid2,1886780722,2434",
        "ppid3,1886780721,5439",
        "a very very very very very very very very very very very very very very very long ppd string,1886780721,6128"
    })
    void publishedBucketsOfAnotherPlatformComeOut(String user, String experiment, int bucket) {
        byte[] key = (user + experiment).getBytes(StandardCharsets.UTF_8);
        assertThat(SaltStates.bucket(Murmur3.hash(key, key.length, 1))).isEqualTo(bucket);
    }

    @Test
    void bucketsAreUniformOver100Classes() {
        Random random = new Random(1);
        for (int round = 0; round < 20; round++) {
            SaltStates salt = new SaltStates(salts(random, 1));
            int users = 100_000;
            int[] classes = new int[100];
            int[] hash = new int[1];
            byte[] bytes = new byte[UserId.MAX_BYTES];
            for (int user = 0; user < users; user++) {
                salt.hash(bytes, UserId.encode("user-" + user, bytes), hash);
                classes[SaltStates.bucket(hash[0]) / 100]++;
            }
            double chiSquare = 0;
            for (int count : classes) {
                chiSquare += Math.pow(count - users / 100.0, 2) / (users / 100.0);
            }
            // 99 degrees of freedom: the 0.005 % and 99.995 % points, for 20 rounds
            assertThat(chiSquare).isBetween(53.0, 163.0);
        }
    }

    /**
     * Two halves by two salts share a quarter of the users: z of the overlap for each of 124,750 pairs, from bit sets.
     * None may be beyond 5.9, which one in 2,200 such tests would exceed by chance, and 0.1 % are expected beyond 3.29.
     */
    @Test
    void saltsAreIndependentInPairs() {
        int salts = 500;
        int users = 100_000;
        long[][] in = halves(salts, users);
        int[] sizes = new int[salts];
        for (int s = 0; s < salts; s++) {
            sizes[s] = both(in[s], in[s]);
        }
        int beyond = 0;
        double farthest = 0;
        for (int a = 0; a < salts; a++) {
            for (int b = 0; b < a; b++) {
                double expected = (double) sizes[a] * sizes[b] / users;
                double variance = expected * (users - sizes[a]) / users * (users - sizes[b]) / users;
                double z = Math.abs(both(in[a], in[b]) - expected) / Math.sqrt(variance);
                farthest = Math.max(farthest, z);
                beyond += z > Z ? 1 : 0;
            }
        }
        int pairs = salts * (salts - 1) / 2;
        assertThat(pairs).isEqualTo(124_750);
        assertThat(farthest).isLessThan(5.9);
        assertThat(beyond).isLessThanOrEqualTo((int) (0.0015 * pairs));
    }

    @Test
    void rolloutKeepsEverybodyAndItsFirstUsersAreSplitEvenly() {
        Layer layer = new Layer(null, "3f2a9c1e");
        Assigner small =
                new Assigner(snapshot(experiment("x").layer(layer).slots(0, 500).build("9f8e7d6c")));
        Assigner large = new Assigner(
                snapshot(experiment("x").layer(layer).slots(0, 5000).build("9f8e7d6c")));
        Scratch before = new Scratch();
        Scratch after = new Scratch();
        Attributes nothing = new Attributes();
        int[] first = new int[2];
        int[] all = new int[2];
        int users = 400_000;
        for (int user = 0; user < users; user++) {
            small.assign("u" + user, nothing, before);
            large.assign("u" + user, nothing, after);
            int was = before.variants()[0];
            int is = after.variants()[0];
            if (was >= 0) {
                assertThat(is).isEqualTo(was);
                first[was]++;
            }
            if (is >= 0) {
                all[is]++;
            }
        }
        assertShare(first[0] + first[1], users, 0.05);
        assertShare(all[0] + all[1], users, 0.5);
        assertShare(first[0], first[0] + first[1], 0.5);
        assertShare(all[0], all[0] + all[1], 0.5);
    }

    private static void assertShare(int count, int of, double share) {
        double z = (count - of * share) / Math.sqrt(of * share * (1 - share));
        assertThat(Math.abs(z)).as("%d of %d", count, of).isLessThan(Z);
    }

    private static long[][] halves(int salts, int users) {
        SaltStates states = new SaltStates(salts(new Random(2), salts));
        long[][] in = new long[salts][(users + 63) / 64];
        int[] hashes = new int[salts];
        byte[] bytes = new byte[UserId.MAX_BYTES];
        for (int user = 0; user < users; user++) {
            states.hash(bytes, UserId.encode("u" + user, bytes), hashes);
            for (int s = 0; s < salts; s++) {
                if (SaltStates.bucket(hashes[s]) < Slots.COUNT / 2) {
                    in[s][user / 64] |= 1L << user;
                }
            }
        }
        return in;
    }

    private static int both(long[] a, long[] b) {
        int count = 0;
        for (int i = 0; i < a.length; i++) {
            count += Long.bitCount(a[i] & b[i]);
        }
        return count;
    }

    private static List<String> salts(Random random, int count) {
        List<String> salts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            salts.add("%08x".formatted(random.nextInt()));
        }
        return salts;
    }
}
