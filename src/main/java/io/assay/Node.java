package io.assay;

import io.assay.embedded.EmbeddedServers;
import io.assay.platform.ConfigException;
import io.assay.platform.Health;
import io.assay.platform.HttpConfig;
import io.assay.platform.HttpService;
import io.assay.platform.Settings;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running process: the embedded servers if it has any, Vert.x in its cluster, and the verticles of its folder. Servers
 * and cluster start at the same time; the verticles follow together.
 */
final class Node implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Node.class);
    private static final int STOP_SECONDS = 10;
    private static final long READY_POLL_MILLIS = 20;
    private static final long READY_PATIENCE_SECONDS = 60;

    private final List<VerticleDescriptor> verticles;
    private final VertxOptions options;
    private final @Nullable EmbeddedServers servers;
    private final Configuration configuration;
    private final LogFormat logFormat;
    private final long drainMillis;
    private final List<String> doors = new ArrayList<>();
    private volatile @Nullable Vertx vertx;
    /** Whether anybody can have sent requests here. */
    private volatile boolean started;

    private Node(Arguments arguments, Map<String, String> environment) throws IOException {
        Configuration fromFiles =
                Configuration.base(arguments.home().resolve("conf/config.json")).with(arguments.conf());
        verticles = VerticleFolder.load(arguments.verticles(), arguments.only());
        options = VertxFile.read(arguments.home().resolve("conf/vertx.json"));
        Configuration beforeServers =
                fromFiles.with(Environment.layer(environment), "").with(arguments.layer(), "");
        verticles.forEach(beforeServers::forVerticle);
        logFormat = LogFormat.from(beforeServers.json());
        FreePorts.check(beforeServers.json(), verticles);
        drainMillis = arguments.once() ? 0 : HttpConfig.drainMillis(beforeServers.json());
        Settings settings = Settings.of(beforeServers.json());
        if (settings.bool("embedded", false)) {
            Path data = Path.of(settings.string("data")).toAbsolutePath();
            servers = EmbeddedServers.open(data);
            configuration = fromFiles
                    .with(endpoints(servers, data, settings), "")
                    .with(Environment.layer(environment), "")
                    .with(arguments.layer(), "");
        } else {
            servers = null;
            configuration = beforeServers;
        }
    }

    /** Reads and checks everything and takes the data folder; nothing runs yet. */
    static Node create(Arguments arguments, Map<String, String> environment) throws IOException {
        return new Node(arguments, environment);
    }

    private static JsonObject endpoints(EmbeddedServers servers, Path data, Settings settings) {
        JsonObject endpoints = servers.endpoints()
                .put("cluster", new JsonObject().put("port", servers.port("hazelcast")))
                .put("keysDir", data.resolve("keys").toString());
        if (!settings.section("analytics").string("store", "postgres").equals("postgres")) {
            endpoints.remove("analytics"); // the counts are in a store that is no embedded server
        }
        return endpoints;
    }

    /** Starts everything; completes when this process is ready to serve. */
    Future<Map<String, String>> start() {
        Future<Void> serversReady = servers == null
                ? Future.succeededFuture()
                : Future.fromCompletionStage(CompletableFuture.runAsync(() -> startServers(servers)));
        Future<Vertx> vertxReady =
                Cluster.from(configuration.json()).start(options).onSuccess(built -> vertx = built);
        return Future.join(serversReady, vertxReady)
                .compose(both -> deploy(vertxReady.result()))
                .onSuccess(deployed -> started = true)
                .compose(deployed -> ready(vertxReady.result()));
    }

    private static void startServers(EmbeddedServers servers) {
        try {
            servers.startAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private Future<Void> deploy(Vertx built) {
        Health health = Health.of(built);
        health.ready("start", () -> "verticles are starting");
        List<Future<?>> deployments = new ArrayList<>();
        for (VerticleDescriptor verticle : verticles) {
            deployments.add(deploy(built, verticle));
        }
        return Future.all(deployments).onSuccess(all -> health.remove("start")).mapEmpty();
    }

    private Future<String> deploy(Vertx built, VerticleDescriptor verticle) {
        long begun = System.nanoTime();
        DeploymentOptions deployment =
                new DeploymentOptions(verticle.options()).setConfig(configuration.forVerticle(verticle));
        return built.deployVerticle(verticle.main(), deployment)
                .onSuccess(id -> {
                    log.debug("{} ready after {} ms", verticle.name(), (System.nanoTime() - begun) / 1_000_000);
                    if (verticle.portOffset() == 0) {
                        doors.add(id);
                    }
                })
                .recover(e -> Future.failedFuture(
                        e instanceof ConfigException
                                ? new ConfigException(verticle.file() + ": " + e.getMessage())
                                : new IllegalStateException(
                                        verticle.name() + " does not start: " + e.getMessage(), e)));
    }

    /** Completes when no readiness check complains any more, or with what they say after a while of waiting. */
    private static Future<Map<String, String>> ready(Vertx built) {
        Promise<Map<String, String>> ready = Promise.promise();
        long begun = System.nanoTime();
        built.setPeriodic(0, READY_POLL_MILLIS, timer -> {
            Map<String, String> problems = Health.of(built).problems();
            if (problems.isEmpty()) {
                built.cancelTimer(timer);
                ready.complete(problems);
            } else if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(READY_PATIENCE_SECONDS)) {
                built.cancelTimer(timer);
                ready.complete(problems);
            }
        });
        return ready.future();
    }

    JsonObject settings() {
        return configuration.json();
    }

    LogFormat logFormat() {
        return logFormat;
    }

    /** The port that a verticle listens on. */
    int port(VerticleDescriptor verticle) {
        int base = Settings.of(configuration.json()).section("http").integer("basePort", 0, 65535);
        Vertx open = vertx;
        return base > 0 || open == null ? base + verticle.portOffset() : HttpService.port(open, verticle.name());
    }

    List<VerticleDescriptor> verticles() {
        return verticles;
    }

    /**
     * Ends everything in the order that loses nothing: not ready any more, a while of serving on until that was noticed
     * (unless it never started), the door (which waits for its requests), the other verticles (which do the same), the cluster, the servers.
     */
    @Override
    public void close() {
        Vertx open = vertx;
        if (open != null) {
            Health.of(open).drain();
            // two steps: a future of the first would die with the event loops that the second one ends
            end(
                    noticed(open)
                            .compose(v -> Future.join(
                                    doors.stream().map(open::undeploy).toList())),
                    drainMillis);
            end(open.close(), 0);
        }
        if (servers != null) {
            servers.close();
        }
    }

    private Future<?> noticed(Vertx open) {
        return drainMillis == 0 || !started ? Future.succeededFuture() : open.timer(drainMillis, TimeUnit.MILLISECONDS);
    }

    private static void end(Future<?> step, long moreMillis) {
        try {
            step.toCompletionStage()
                    .toCompletableFuture()
                    .get(moreMillis + TimeUnit.SECONDS.toMillis(STOP_SECONDS), TimeUnit.MILLISECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            log.warn("Verticles did not end in order: {}", e.toString());
        }
    }
}
