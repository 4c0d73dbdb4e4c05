package io.assay.drill;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka broker that is all of its JVM, so that it can be killed and stopped. Nodes reach it through a proxy whose port it
 * gives as its own; whoever is to be spared what happens on that way has a second port. Its clock can be set.
 */
public final class BrokerProcess {
    static final String READY = "the broker is ready";

    private BrokerProcess() {}

    /** The folder of its log, its three ports and that of the proxy; further words come as lines of its input. */
    public static void main(String[] args) throws Exception {
        System.setProperty("log4j2.loggerContextFactory", "org.apache.logging.log4j.simple.SimpleLoggerContextFactory");
        Path log = Files.createDirectories(Path.of(args[0]));
        format(log);
        Clock clock = new Clock();
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties(log, args)), clock);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.shutdown();
            server.awaitShutdown();
        }));
        server.startup();
        System.out.println(READY);
        obey(clock);
        System.exit(0);
    }

    /** Until its input ends, as it does with the process that started it. */
    private static void obey(Clock clock) throws IOException {
        BufferedReader words = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = words.readLine(); line != null; line = words.readLine()) {
            clock.offset = Long.parseLong(line.strip());
        }
    }

    private static Map<String, Object> properties(Path log, String[] ports) {
        String controller = "127.0.0.1:" + ports[2];
        return Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("controller.quorum.voters", "1@" + controller),
                Map.entry(
                        "listeners",
                        "NODES://127.0.0.1:%s,DIRECT://127.0.0.1:%s,CONTROLLER://%s"
                                .formatted(ports[1], ports[3], controller)),
                Map.entry(
                        "advertised.listeners",
                        "NODES://127.0.0.1:%s,DIRECT://127.0.0.1:%s".formatted(ports[4], ports[3])),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("inter.broker.listener.name", "DIRECT"),
                Map.entry("listener.security.protocol.map", "NODES:PLAINTEXT,DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("log.dirs", log.toString()),
                Map.entry("auto.create.topics.enable", "false"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "4"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "4"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("num.network.threads", "2"),
                Map.entry("num.io.threads", "2"),
                // not all of the broker goes by the clock that is set here
                Map.entry("log.message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)),
                Map.entry("log.cleaner.dedupe.buffer.size", "4194304"));
    }

    private static void format(Path log) throws Exception {
        Path idFile = log.resolveSibling("cluster-id");
        if (!Files.exists(idFile)) {
            Files.writeString(idFile, Uuid.randomUuid().toString());
        }
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setNodeId(1)
                    .setClusterId(Files.readString(idFile).strip())
                    .addDirectory(log.toString())
                    .setMetadataLogDirectory(log.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setIgnoreFormatted(true)
                    .setPrintStream(nowhere)
                    .run();
        }
    }

    /** The time of the system, less or more of it. */
    private static final class Clock implements Time {
        private volatile long offset;

        @Override
        public long milliseconds() {
            return SYSTEM.milliseconds() + offset;
        }

        @Override
        public long nanoseconds() {
            return SYSTEM.nanoseconds();
        }

        @Override
        public void sleep(long millis) {
            SYSTEM.sleep(millis);
        }

        @Override
        public void waitObject(Object on, Supplier<Boolean> until, long deadline) throws InterruptedException {
            SYSTEM.waitObject(on, until, deadline - offset);
        }
    }
}
