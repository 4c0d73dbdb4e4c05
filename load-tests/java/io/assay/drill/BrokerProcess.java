package io.assay.drill;

import io.assay.embedded.KafkaServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/**
 * A Kafka broker that is all of its JVM, so that it can be killed and stopped. Nodes reach it through a proxy whose port it
 * gives as its own; whoever is to be spared what happens on that way has a second port. Its clock can be set.
 */
public final class BrokerProcess {
    static final String READY = "the broker is ready";

    private BrokerProcess() {}

    /**
     * The folder of its log, its three ports, that of the proxy, and by how many ms its clock is ahead, which lines of its
     * input change.
     */
    public static void main(String[] args) throws Exception {
        Clock clock = new Clock();
        clock.offset = Long.parseLong(args[5]);
        KafkaServer server = KafkaServer.start(Path.of(args[0]), network(args), clock);
        Runtime.getRuntime().addShutdownHook(new Thread(server::stop));
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

    private static Map<String, Object> network(String[] ports) {
        String controller = "127.0.0.1:" + ports[2];
        return Map.of(
                "controller.quorum.voters",
                "1@" + controller,
                "listeners",
                "NODES://127.0.0.1:%s,DIRECT://127.0.0.1:%s,CONTROLLER://%s".formatted(ports[1], ports[3], controller),
                "advertised.listeners",
                "NODES://127.0.0.1:%s,DIRECT://127.0.0.1:%s".formatted(ports[4], ports[3]),
                "inter.broker.listener.name",
                "DIRECT",
                "listener.security.protocol.map",
                "NODES:PLAINTEXT,DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                // not all of the broker goes by the clock that is set here
                "log.message.timestamp.after.max.ms",
                Long.toString(Long.MAX_VALUE));
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
