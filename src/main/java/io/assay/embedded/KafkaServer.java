package io.assay.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/** A Kafka broker and its controller (KRaft) inside this process. */
public final class KafkaServer implements EmbeddedServers.Running {
    private final KafkaRaftServer server;

    private KafkaServer(KafkaRaftServer server) {
        this.server = server;
    }

    /** One with its log in {@code DIR/kafka}. */
    static KafkaServer start(Path dir, Ports ports) throws IOException {
        String broker = "PLAINTEXT://" + Ports.LOOPBACK + ":" + ports.port("kafka");
        String controller = Ports.LOOPBACK + ":" + ports.port("kafkaController");
        Map<String, Object> network = Map.of(
                "controller.quorum.voters",
                "1@" + controller,
                "listeners",
                broker + ",CONTROLLER://" + controller,
                "advertised.listeners",
                broker,
                "inter.broker.listener.name",
                "PLAINTEXT",
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        return start(dir.resolve("kafka"), network, Time.SYSTEM);
    }

    /**
     * One with its log in that folder.
     *
     * @param network where it listens, with a controller's listener named CONTROLLER, and what else differs
     */
    public static KafkaServer start(Path log, Map<String, Object> network, Time clock) throws IOException {
        // the broker reaches for log4j in one place; without a factory log4j would complain on the console
        System.setProperty("log4j2.loggerContextFactory", "org.apache.logging.log4j.simple.SimpleLoggerContextFactory");
        format(Files.createDirectories(log));
        Map<String, Object> properties = new HashMap<>(properties(log));
        properties.putAll(network);
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties), clock);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw new IOException(e);
        }
        return new KafkaServer(server);
    }

    private static Map<String, Object> properties(Path log) {
        return Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("controller.listener.names", "CONTROLLER"),
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
                Map.entry("log.cleaner.dedupe.buffer.size", "4194304"));
    }

    /** Writes the cluster's identity into an empty log folder; one that has it stays as it is. */
    private static void format(Path log) throws IOException {
        Path idFile = log.resolveSibling("kafka-cluster-id");
        if (!Files.exists(idFile)) {
            Folders.write(idFile, Uuid.randomUuid().toString());
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
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    @Override
    public void stop() {
        server.shutdown();
        server.awaitShutdown();
    }
}
