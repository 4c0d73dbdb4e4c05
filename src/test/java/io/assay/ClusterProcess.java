package io.assay;

import com.hazelcast.core.HazelcastInstance;
import io.assay.platform.Meters;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A clustered Vert.x in a JVM of its own, and nothing else: it does what single lines tell it and writes down what it sees. */
final class ClusterProcess implements AutoCloseable {
    static final String ADDRESS = "test.news";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Writer commands;
    private final Path log;

    private ClusterProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        commands = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    }

    /** Starts one with that section {@code cluster}. */
    static ClusterProcess start(JsonObject cluster, String... flags) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(flags));
        command.addAll(List.of(
                "-Dlogback.configurationFile=conf/logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                ClusterProcess.class.getName(),
                cluster.encode()));
        Path log = Files.createTempFile("cluster-", ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new ClusterProcess(process, log);
    }

    void tell(String line) {
        try {
            commands.write(line + "\n");
            commands.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All lines it wrote so far. */
    List<String> lines() throws IOException {
        return Files.readAllLines(log);
    }

    long pid() {
        return process.pid();
    }

    void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " " + pid());
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("does not end: " + pid());
            }
            Files.deleteIfExists(log);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** In the child: {@code members}, {@code meters}, {@code say X} and {@code end} are what it can be told. */
    public static void main(String[] args) throws Exception {
        Vertx vertx = Cluster.from(new JsonObject().put("cluster", new JsonObject(args[0])))
                .start(new VertxOptions())
                .await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        vertx.eventBus()
                .<String>consumer(ADDRESS, news -> System.out.println("heard " + news.body()))
                .completion()
                .await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        System.out.println("started");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("members")) {
                System.out.println("members " + members(vertx));
            } else if (line.equals("meters")) {
                ((PrometheusMeterRegistry) Meters.registry()).scrape().lines().forEach(System.out::println);
            } else {
                vertx.eventBus().publish(ADDRESS, line.substring("say ".length()));
            }
        }
        System.exit(0);
    }

    private static int members(Vertx vertx) {
        if (((VertxInternal) vertx).clusterManager() instanceof HazelcastClusterManager manager) {
            HazelcastInstance hazelcast = manager.getHazelcastInstance();
            return hazelcast.getCluster().getMembers().size();
        }
        return 0;
    }
}
