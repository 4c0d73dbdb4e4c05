package io.assay.drill;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/** Kafka of the drills: a {@link BrokerProcess} behind a {@link Proxy}, with topics and a generation anew for each drill. */
public final class Broker implements Closeable {
    static final int PARTITIONS = 4;
    private static final int GENERATIONS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Path folder;
    private final int port;
    private final int controllerPort;
    private final int directPort;
    private final KafkaWire wire = new KafkaWire();
    private final Proxy proxy;
    private Process process;
    private String drill = "";
    private int generation;

    private Broker(Path folder, IntFunction<Integer> ports) throws IOException {
        this.folder = folder;
        port = ports.apply(0);
        controllerPort = ports.apply(1);
        directPort = ports.apply(2);
        proxy = Proxy.to(port, (from, to) -> () -> false, wire::tap);
        // whoever interrupts the drills has no broker left
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
    }

    /** Starts it on a folder that is kept as long as the runner, and on the ports of these numbers. */
    static Broker start(Path folder, IntFunction<Integer> ports) throws IOException {
        Broker broker = new Broker(folder, ports);
        broker.begin(Duration.ZERO);
        return broker;
    }

    private void begin(Duration clock) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=" + Path.of("conf", "logback.xml").toAbsolutePath(),
                "-cp",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName(),
                folder.resolve("log").toString(),
                Integer.toString(port),
                Integer.toString(controllerPort),
                Integer.toString(directPort),
                Integer.toString(proxy.port()),
                Long.toString(clock.toMillis()));
        File log = folder.resolveSibling("kafka.log").toFile();
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log))
                .start();
        awaitReady(process, log);
    }

    private static void awaitReady(Process started, File log) throws IOException {
        CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> {
            try {
                return String.valueOf(
                        new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))
                                .readLine());
            } catch (IOException e) {
                return e.toString();
            }
        });
        try {
            String said = first.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (!said.equals(BrokerProcess.READY)) {
                throw new IOException("Kafka did not start: " + said + " (see " + log + ")");
            }
        } catch (ExecutionException | TimeoutException e) {
            started.destroyForcibly();
            throw new IOException("Kafka did not start (see " + log + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** What stands between the nodes and it. */
    public Proxy proxy() {
        return proxy;
    }

    /** The requests on that way. */
    KafkaWire wire() {
        return wire;
    }

    /** Where it is reached beside the proxy. */
    String direct() {
        return "127.0.0.1:" + directPort;
    }

    /** It runs, can be reached, and has nothing of any other drill. */
    void renew(String name) throws IOException {
        restore();
        drill = name;
        generation += GENERATIONS; // a drill may build some anew
    }

    /** Whatever was done to it: it runs, on the data that it had, by the right clock. */
    public void restore() throws IOException {
        wire.disarm();
        if (process.isAlive()) {
            Signal.CONT.send(process.pid());
            setClock(Duration.ZERO);
        } else {
            begin(Duration.ZERO);
        }
        proxy.slow(Duration.ZERO);
        proxy.restore();
    }

    /**
     * Ends it and starts it by a clock that is so much ahead: its timers do not bear one that is set back while they
     * run.
     */
    void startAgain(Duration clock) throws IOException {
        stop();
        begin(clock);
    }

    /** SIGKILL; all its connections end. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGTERM; waits for it. */
    public void stop() {
        process.destroy();
        process.onExit().join();
    }

    /** SIGSTOP. */
    public void hang() throws IOException {
        Signal.STOP.send(process.pid());
    }

    /** Puts its clock off by that much. */
    void setClock(Duration offset) throws IOException {
        process.getOutputStream().write((offset.toMillis() + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    int generation() {
        return generation;
    }

    String topic(String name) {
        return name + "-" + drill + "-" + generation;
    }

    /** The sections of a node's configuration that lead to it, and those that make it quick enough for a drill. */
    JsonObject endpoints() {
        JsonObject topics = new JsonObject();
        List.of("exposures", "events", "aggregates", "assignments", "deadLetter")
                .forEach(name -> topics.put(name, topic(name)));
        return new JsonObject()
                .put(
                        "kafka",
                        new JsonObject()
                                .put("bootstrap", "127.0.0.1:" + proxy.port())
                                .put("partitions", PARTITIONS))
                .put("topics", topics)
                .put("ingestion", new JsonObject().put("heartbeatMillis", 250))
                .put("metrics", new JsonObject().put("generation", generation).put("emitIntervalMillis", 200));
    }

    @Override
    public void close() {
        proxy.close();
        process.destroyForcibly();
    }
}
