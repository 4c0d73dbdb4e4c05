package io.assay.drill;

import io.assay.AssayProcess;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** All that a drill has at hand. What is said here of every drill, that nobody moves and that all recovers, it sees to itself. */
public final class Scene implements AutoCloseable {
    static final Duration MEMBERS_PATIENCE = Duration.ofSeconds(60);
    private static final Duration RECOVERY = Duration.ofSeconds(10);
    private static final int QUICK_CENSUS = 10_000;
    /** Long, as this machine starts several nodes at once, and a drill that wants a cluster should have one. */
    private static final int CLUSTER_START_SECONDS = 120;

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Report report;
    private final boolean quick;
    private final Servers servers;
    private final Path folder;
    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(2));
    private final Population population = new Population();
    private final LogScan logs = new LogScan();
    private final List<NodeSpec> specs = new ArrayList<>();
    private final List<Node> nodes = new CopyOnWriteArrayList<>();
    private final List<Traffic> traffic = new ArrayList<>();
    private final VersionWatch versions = new VersionWatch(nodes);
    private final List<Network> networks = new ArrayList<>();
    private Node admin;
    private int censuses;
    private boolean checksChange = true;

    Scene(Report report, boolean quick, Servers servers, Path folder) {
        this.report = report;
        this.quick = quick;
        this.servers = servers;
        this.folder = folder;
    }

    void play(Drill drill) {
        try {
            empty(folder);
            servers.renew(drill.name());
            drill.run(this);
            recover();
        } catch (Exception | AssertionError e) {
            report.check("the drill itself", false, e, "runs to its end");
            e.printStackTrace();
        } finally {
            traffic.forEach(Traffic::stop);
            judge();
        }
    }

    /** Whether the short form is wanted: correctness only, and faults of seconds. */
    public boolean quick() {
        return quick;
    }

    public Report report() {
        return report;
    }

    public Servers servers() {
        return servers;
    }

    public Population population() {
        return population;
    }

    /** A folder for files of this drill, empty at its start. */
    public Path folder() {
        return folder;
    }

    public Vertx vertx() {
        return vertx;
    }

    /** All nodes that were started, in their order. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** A node to be; those of a cluster are declared before the first of them starts, so that each knows all. */
    public NodeSpec node(String name) {
        NodeSpec spec = new NodeSpec(this, name, freeBasePort());
        specs.add(spec);
        return spec;
    }

    private int freeBasePort() {
        int port = AssayProcess.freeBasePort();
        while (isTaken(port)) {
            port = AssayProcess.freeBasePort();
        }
        return port;
    }

    private boolean isTaken(int port) {
        return specs.stream().anyMatch(spec -> spec.basePort == port);
    }

    Node launch(NodeSpec spec) throws IOException {
        Path home = Files.createDirectories(folder.resolve(spec.name)).toAbsolutePath();
        JsonObject conf = servers.endpoints()
                .mergeIn(new JsonObject().put("cluster", cluster(spec)))
                .put("data", home.resolve("data").toString())
                .put("keysDir", keysFolder().toString())
                .mergeIn(spec.conf, true);
        Path file = Files.writeString(home.resolve("conf.json"), conf.encodePrettily());
        List<String> options =
                new ArrayList<>(List.of("--conf", file.toString(), "--only", String.join(",", spec.roles)));
        options.addAll(spec.options);
        List<String> jvm = spec.optimised ? List.of("-Xmx256m") : List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");
        Path log = home.resolve("log");
        Node node = new Node(
                spec.name,
                home,
                new AssayProcess.Launch(spec.basePort, jvm, servers.environment(), log, List.copyOf(options)));
        nodes.add(node);
        if (spec.roles.contains("admin") && admin == null) {
            admin = node;
        }
        return node;
    }

    private JsonObject cluster(NodeSpec spec) {
        JsonArray members = new JsonArray();
        specs.stream().filter(s -> s.clustered).forEach(s -> members.add("127.0.0.1:" + s.hazelcastPort()));
        return new JsonObject()
                .put("enabled", spec.clustered)
                // these share a machine, and all start at once
                .put("startSeconds", 60)
                .put("port", spec.hazelcastPort())
                .put("eventBusPort", spec.eventBusPort())
                .put("startSeconds", CLUSTER_START_SECONDS)
                .put("members", members);
    }

    private Path keysFolder() {
        return folder.resolve("keys").toAbsolutePath();
    }

    /** A key that the first admin node made, of scope {@code admin}, {@code read}, {@code server} or {@code client}. */
    public String key(String scope) throws IOException {
        return Files.readString(keysFolder().resolve(scope)).strip();
    }

    /** The owner's requests to a node. */
    public Api api(Node node) throws IOException {
        return new Api(node, key("admin"));
    }

    /** Experiments that are live when this returns; a third of them targeted, a third sharing a layer. */
    public void experiments(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            String more =
                    switch (i % 3) {
                        case 0 -> "";
                        case 1 -> ",\"layer\":\"shared\",\"rollout\":%d".formatted(Math.max(1, 200 / count));
                        default -> ",\"targeting\":{\"platforms\":[\"web\"]}";
                    };
            publish("experiment_" + i, more);
        }
    }

    /** One more experiment that is live when this returns; its id. */
    public String publish(String key) throws IOException {
        return publish(key, "");
    }

    private String publish(String key, String more) throws IOException {
        String id = api(admin)
                .expect(201, "POST", "/experiments", definition(key, more))
                .getString("experiment_id");
        api(admin).expect(200, "PATCH", "/experiments/" + id, "{\"status\":\"active\"}");
        return id;
    }

    /** The body that makes a draft, with more members if any, each after a comma. */
    public static String definition(String key, String more) {
        return """
                {"key":"%s","variants":[{"key":"control","allocation":34},{"key":"blue","allocation":33},
                 {"key":"green","allocation":33}],"metrics":["signup"]%s}"""
                .formatted(key, more);
    }

    /** Whether the node assigns users to an experiment now. */
    public boolean shows(Node node, String experiment) throws IOException {
        Api.Answer answer = new Api(node, key("server"))
                .get(node.assignments("user_id=" + Population.id(0) + "&platform=web&keys=" + experiment));
        return answer.status() == 200
                && answer.json().getJsonObject("assignments").containsKey(experiment);
    }

    /** Waits until the nodes assign users to an experiment; the seconds that took, or infinity. */
    public double secondsUntilShown(String experiment, List<Node> where, Duration patience) throws IOException {
        String server = key("server");
        List<Node> missing = new ArrayList<>(where);
        return secondsUntil(patience, () -> {
            missing.removeIf(node -> {
                Api.Answer answer =
                        new Api(node, server).get(node.assignments("user_id=" + Population.id(0) + "&platform=web"));
                return answer.status() == 200
                        && answer.json().getJsonObject("assignments").containsKey(experiment);
            });
            return missing.isEmpty();
        });
    }

    /** Whether a node assigns users to an experiment now. */
    boolean isShown(Node node, String experiment) {
        try {
            return shows(node, experiment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until each of these sees that many members of its cluster; the seconds that took, or infinity. */
    double secondsUntilMembers(int count, List<Node> where) {
        return secondsUntil(MEMBERS_PATIENCE, () -> where.stream().allMatch(node -> node.members() == count));
    }

    /** Waits for something; the seconds that took, or infinity if it was not so in time. */
    public double secondsUntil(Duration patience, BooleanSupplier condition) {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < patience.toNanos()) {
            if (condition.getAsBoolean()) {
                return (System.nanoTime() - begun) / 1e9;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return Double.POSITIVE_INFINITY;
    }

    /** Lets time pass. */
    public void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    /** Users who ask these nodes, that many a second in all, until the drill is over. */
    public Traffic traffic(int rate, List<Node> asked) throws IOException {
        Traffic started = new Traffic(vertx, population, key("server"), rate, asked);
        traffic.add(started);
        return started;
    }

    /** Asks these nodes for every user (a tenth of them in the short form), each user another node than the time before. */
    public void census(List<Node> asked) throws IOException {
        int users = quick ? QUICK_CENSUS : Population.SIZE;
        long begun = System.nanoTime();
        Census.Result result = Census.take(vertx, population, key("server"), asked, censuses++, users);
        report.check(
                "census " + censuses + ": users without an answer",
                result.failed() + result.degraded() == 0,
                "%,d of %,d in %.1f s"
                        .formatted(
                                result.failed() + result.degraded(), result.asked(), (System.nanoTime() - begun) / 1e9),
                "at most 0");
    }

    /** Ends with the scene, after all is judged. */
    void closeAtLast(Network network) {
        networks.add(network);
    }

    /** Log lines of this form are what the drill provokes. */
    public void allow(String regex) {
        logs.allow(regex);
    }

    /** This node starts on an empty folder: it may know less than before. */
    public void beginsAnew(Node node) {
        versions.forget(node);
    }

    /** Leaves out the change that is made after every drill to see it arrive; for drills without an admin node. */
    public void withoutLastChange() {
        checksChange = false;
    }

    /** The end of every drill: all nodes agree, take a change, and give everybody what they gave before. */
    private void recover() throws IOException {
        List<Node> running = nodes.stream().filter(Node::isExpectedToRun).toList();
        report.atMost(
                "recovered by itself: all nodes alive, on one version", agreement(running), RECOVERY.toSeconds(), "s");
        if (checksChange && admin != null && admin.isExpectedToRun()) {
            publish("after_all");
            double seconds = secondsUntilShown("after_all", running, RECOVERY);
            report.atMost("recovered by itself: a change shows on all nodes", seconds, RECOVERY.toSeconds(), "s");
        }
        if (population.answers() > 0) {
            census(running);
        }
    }

    private double agreement(List<Node> running) {
        return secondsUntil(RECOVERY, () -> {
            try {
                List<Long> served = running.stream()
                        .map(node -> node.isAlive() ? node.version("config") : -1)
                        .distinct()
                        .toList();
                return served.size() == 1 && served.get(0) >= Math.max(1, servers.version());
            } catch (java.sql.SQLException e) {
                return false;
            }
        });
    }

    private void judge() {
        List<String> moved = population.examples();
        report.check(
                "users who moved from one variant to another",
                population.moved() == 0,
                "%,d in %,d answers %s"
                        .formatted(population.moved(), population.answers(), moved.isEmpty() ? "" : moved),
                "none");
        none("versions that went down", versions.decreases(), "in %,d looks".formatted(versions.looks()));
        try {
            none("uncaught exceptions", logs.uncaught(nodes), "");
            none("blocked event loops", logs.blocked(nodes), "");
            none("errors in the logs", logs.errors(nodes), "");
        } catch (IOException e) {
            report.check("logs", false, e, "can be read");
        }
    }

    private void none(String what, List<String> found, String more) {
        String figure =
                found.size() + " " + more + (found.isEmpty() ? "" : found.subList(0, Math.min(3, found.size())));
        report.check(what, found.isEmpty(), figure.strip(), "none");
    }

    private static void empty(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(folder);
    }

    @Override
    public void close() {
        versions.stop();
        traffic.clear();
        nodes.forEach(Node::end);
        networks.forEach(Network::close);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
