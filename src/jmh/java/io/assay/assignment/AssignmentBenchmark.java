package io.assay.assignment;

import io.assay.engine.Assigner;
import io.assay.engine.Attributes;
import io.assay.engine.Rule;
import io.assay.engine.Scratch;
import io.assay.engine.Targeting;
import io.assay.load.Samples;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * All assignments of one user out of 500 experiments of two variants: into arrays that are used again, and as
 * the answer's bytes where the socket reads them.
 *
 * <p>In 500 layers everybody is in every experiment; in 25 layers 20 experiments share each, and a user is in 25. Targeted
 * experiments ask for a platform and an age. Another user each time. The median (p0.50) is what counts on a machine that does other things too.
 *
 * <pre>{@code
 * mvn -q test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -cp target/test-classes:target/classes:$(cat target/classpath) org.openjdk.jmh.Main AssignmentBenchmark -prof gc
 * }</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class AssignmentBenchmark {
    private static final int EXPERIMENTS = 500;
    private static final int USERS = 1024;

    @Param({"500", "25"})
    int layers;

    @Param({"false", "true"})
    boolean targeted;

    @Param({"number", "uuid"})
    String id;

    private final String[] users = new String[USERS];
    private final Question question = new Question();
    private final Scratch scratch = new Scratch();
    private final AnswerWriter writer = new AnswerWriter();
    private final Attributes attributes = Attributes.of(Map.of("platform", "web", "age", "30", "country", "SE"));
    private final ByteBuf body = Unpooled.directBuffer(32 * 1024);
    private Compiled compiled = Compiled.NOTHING;
    private int next;

    @Setup
    public void compile() {
        Random random = new Random(1);
        for (int i = 0; i < USERS; i++) {
            users[i] = id.equals("uuid")
                    ? new UUID(random.nextLong(), random.nextLong()).toString()
                    : "u" + (1_000_000 + random.nextInt(9_000_000));
        }
        question.attributes.put("platform", "web").put("age", "30").put("country", "SE");
        Targeting web = new Targeting(List.of("web"), List.of(), List.of(new Rule("age", "gte", List.of(18))));
        compiled = Compiled.of(new Assigner(Samples.evenly(EXPERIMENTS, layers, targeted ? web : null)), false);
    }

    @Benchmark
    public int[] intoArrays() {
        compiled.assigner().assign(user(), attributes, scratch);
        return scratch.variants();
    }

    @Benchmark
    public int encoded() {
        question.userId = user();
        writer.evaluate(compiled, question);
        writer.writeTo(body.clear());
        return body.readableBytes();
    }

    private String user() {
        return users[next++ & (USERS - 1)];
    }
}
