package io.assay.comparison;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * All experiments of a user never seen before, and one experiment of a user seen before, in each library.
 *
 * <p>A process holds one library, so none spoils another's compiled code. Before anything is measured the library has to give half
 * of its users each variant of each experiment, and the same one by both calls.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgs = {"-Xms1g", "-Xmx1g"})
public class ComparisonBenchmark {
    private static final int CHECKED_USERS = 200;

    @Param({"assay", "proctor", "optimizely", "unleash"})
    String library = "";

    @Param({"100", "500"})
    int experiments;

    private final NewUsers users = new NewUsers();
    private Subject<?, ?> subject; // JMH calls open() first
    private int next;
    private List<String> keys = List.of();

    @Setup
    public void open() {
        keys = Experiments.keys(experiments);
        subject = Subject.of(library, keys);
        subject.requireSplit(keys, users, CHECKED_USERS);
    }

    @TearDown
    public void close() {
        subject.close();
    }

    @Benchmark
    public Object allOfANewUser() {
        return subject.all(users.next());
    }

    /** The same, and every variant is looked at: some answers are made only when they are read. */
    @Benchmark
    public int allOfANewUserRead() {
        return subject.allRead(users.next());
    }

    /** The experiments take turns. */
    @Benchmark
    public Object oneOfAKnownUser() {
        next = next + 1 < experiments ? next + 1 : 0;
        return subject.one(keys.get(next));
    }
}
