package io.assay.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assay.embedded.EmbeddedServers.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedServersIT {
    @TempDir
    Path dir;

    @Test
    void dataAndPortsSurviveARestart() throws Exception {
        String firstEndpoints;
        try (EmbeddedServers servers = EmbeddedServers.start(dir)) {
            firstEndpoints = servers.endpoints().encode();
            write(servers, "one");
        }
        try (EmbeddedServers servers = EmbeddedServers.start(dir)) {
            assertThat(servers.endpoints().encode()).isEqualTo(firstEndpoints);
            assertThatAllHold(servers, "one");
        }
    }

    @Test
    void dataSurvivesTheKillOfTheProcessAndItsOrphansAreNoReasonToFail() throws Exception {
        Process child = startChild();
        assertThat(child.onExit().get(60, TimeUnit.SECONDS).exitValue()).isEqualTo(137);
        Set<Long> orphans = processesOf(dir);
        assertThat(orphans).as("servers that outlived the killed process").hasSizeGreaterThanOrEqualTo(2);

        try (EmbeddedServers servers = EmbeddedServers.start(dir)) {
            assertThatAllHold(servers, "before the kill");
            assertThat(processesOf(dir)).doesNotContainAnyElementsOf(orphans);
        }
        assertThat(processesOf(dir)).isEmpty();
    }

    @Test
    void aRememberedPortThatAStrangerTookIsReplacedAndTheStrangerIsLeftAlone() throws Exception {
        int redisPort;
        try (EmbeddedServers servers = EmbeddedServers.start(dir, Kind.REDIS)) {
            redisPort = servers.port("redis");
            ask(servers, "SET", "greeting", "hello");
        }
        try (ServerSocket stranger = new ServerSocket(redisPort, 1, InetAddress.getLoopbackAddress());
                EmbeddedServers servers = EmbeddedServers.start(dir, Kind.REDIS)) {
            assertThat(stranger.isClosed()).isFalse();
            assertThat(servers.port("redis")).isNotEqualTo(redisPort);
            assertThat(ask(servers, "GET", "greeting")).isEqualTo("hello");
        }
    }

    @Test
    void aPidFileThatNamesAStrangersProcessDoesNoHarm() throws Exception {
        Process stranger = new ProcessBuilder("sleep", "600").start();
        try {
            Path data = Files.createDirectories(dir.resolve("redis"));
            Files.writeString(data.resolve("redis.pid"), stranger.pid() + "\n");
            EmbeddedServers.open(dir).close();
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroy();
        }
    }

    @Test
    void aFolderInUseIsRefusedWithTheNumberOfItsOwner() throws Exception {
        try (EmbeddedServers servers = EmbeddedServers.open(dir)) {
            assertThatThrownBy(() -> EmbeddedServers.open(dir))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(dir.toRealPath() + " is in use by another Assay")
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("--data");
        }
        EmbeddedServers.open(dir).close();
    }

    @Test
    void postgresIsDurableAndOrdersTextByBytes() throws Exception {
        try (EmbeddedServers servers = EmbeddedServers.start(dir, Kind.POSTGRES)) {
            for (Map.Entry<String, String> setting : Map.of(
                            "fsync", "on", "synchronous_commit", "on", "full_page_writes", "on")
                    .entrySet()) {
                assertThat(sql(servers, "show " + setting.getKey()))
                        .as(setting.getKey())
                        .isEqualTo(setting.getValue());
            }
            assertThat(sql(servers, "select datcollate from pg_database where datname = current_database()"))
                    .isEqualTo("C.UTF-8");
        }
    }

    @Test
    void theServersAreStoppedWithinSeconds() throws Exception {
        EmbeddedServers servers = EmbeddedServers.start(dir);
        long start = System.nanoTime();
        servers.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(processesOf(dir)).isEmpty();
    }

    /** Starts the servers in a JVM of its own, writes to all of them and halts as {@code kill -9} would. */
    public static void main(String[] args) throws Exception {
        EmbeddedServers servers = EmbeddedServers.start(Path.of(args[0]));
        write(servers, "before the kill");
        new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid()))
                .start()
                .waitFor();
    }

    private Process startChild() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmbeddedServersIT.class.getName(),
                        dir.toString())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("child.log").toFile())
                .start();
    }

    private static Set<Long> processesOf(Path dir) throws IOException {
        String home = dir.toRealPath() + "/";
        return ProcessHandle.allProcesses()
                .filter(p -> p.info().command().orElse("").startsWith(home))
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    private static void write(EmbeddedServers servers, String value) throws Exception {
        sql(servers, "create table kept(value text)");
        sql(servers, "insert into kept values ('" + value + "')");
        ask(servers, "SET", "kept", value);
        String bootstrap = servers.endpoints().getJsonObject("kafka").getString("bootstrap");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "acks", "all"),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>("kept", "key", value)).get(30, TimeUnit.SECONDS);
        }
    }

    private static void assertThatAllHold(EmbeddedServers servers, String value) throws Exception {
        assertThat(sql(servers, "select value from kept")).isEqualTo(value);
        assertThat(ask(servers, "GET", "kept")).isEqualTo(value);
        assertThat(firstRecord(servers)).isEqualTo(value);
    }

    private static String firstRecord(EmbeddedServers servers) {
        String bootstrap = servers.endpoints().getJsonObject("kafka").getString("bootstrap");
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition("kept", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            for (ConsumerRecord<String, String> found : consumer.poll(Duration.ofSeconds(30))) {
                return found.value();
            }
            return "no record";
        }
    }

    private static String sql(EmbeddedServers servers, String statement) throws Exception {
        try (Connection connection = SharedServers.connect(servers.endpoints().getJsonObject("postgres"))) {
            try (var sql = connection.createStatement()) {
                if (!sql.execute(statement)) {
                    return "";
                }
                ResultSet rows = sql.getResultSet();
                return rows.next() ? rows.getString(1) : "no row";
            }
        }
    }

    /** One command to Redis in its own protocol; the text of a bulk answer. */
    private static String ask(EmbeddedServers servers, String... words) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), servers.port("redis"))) {
            StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                command.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            socket.getOutputStream().write(command.toString().getBytes(StandardCharsets.UTF_8));
            BufferedReader answer =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String first = answer.readLine();
            return first.startsWith("$") ? answer.readLine() : first;
        }
    }
}
