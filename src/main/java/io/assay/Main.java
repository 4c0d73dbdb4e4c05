package io.assay;

import io.assay.platform.ConfigException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process: starts a node from the files it is pointed at, says where it is, and ends it on SIGTERM. */
public final class Main {
    private static final Logger log = LoggerFactory.getLogger(Main.class);
    private static final int REFUSED = 2;
    private static final int FAILED = 1;

    private Main() {}

    public static void main(String[] args) {
        try {
            run(Arguments.parse(args));
        } catch (ConfigException | IOException e) {
            exit(REFUSED, String.valueOf(e.getMessage()), e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            exit(cause instanceof ConfigException ? REFUSED : FAILED, String.valueOf(cause.getMessage()), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            exit(FAILED, e.toString(), e);
        }
    }

    private static void run(Arguments arguments) throws IOException, ExecutionException, InterruptedException {
        Node node = Node.create(arguments, System.getenv());
        node.logFormat().use();
        Runtime.getRuntime().addShutdownHook(new Thread(node::close, "assay-stop"));
        Map<String, String> problems =
                node.start().toCompletionStage().toCompletableFuture().get();
        System.out.println(banner(node, problems));
        if (arguments.once()) {
            System.exit(problems.isEmpty() ? 0 : FAILED);
        }
    }

    private static String banner(Node node, Map<String, String> problems) {
        JsonObject settings = node.settings();
        JsonObject http = settings.getJsonObject("http");
        List<VerticleDescriptor> listening = node.verticles().stream()
                .filter(verticle -> verticle.portOffset() >= 0)
                .sorted(Comparator.comparingInt(VerticleDescriptor::portOffset))
                .toList();
        String state = problems.isEmpty() ? "is ready" : "is started and not ready yet " + problems;
        double seconds = ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0;
        StringBuilder text = new StringBuilder("\nAssay %s after %.1f s".formatted(state, seconds));
        for (VerticleDescriptor verticle : listening) {
            text.append(
                    "\n  %-11s http://%s:%d".formatted(verticle.name(), http.getString("host"), node.port(verticle)));
        }
        String keys = settings.getString("keysDir");
        return text.append(keys == null ? "" : "\n  %-11s %s/{admin,read,server,client}".formatted("keys", keys))
                .append('\n')
                .toString();
    }

    /** One line for people; the stack trace only where it was asked for. */
    private static void exit(int code, String message, Throwable cause) {
        log.debug("The start failed", cause);
        System.err.println("assay: " + message);
        System.exit(code);
    }
}
