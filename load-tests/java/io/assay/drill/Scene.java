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
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** All that a drill has at hand. What is said here of every drill, that nobody moves and that all recovers, it sees to itself. */
public final class Scene implements AutoCloseable {
    static final Duration MEMBERS_PATIENCE = Duration.ofSeconds(60);
    private static final Duration RECOVERY = Duration.ofSeconds(10);
    private static final String LIVE = "{\"status\":\"active\"}";
    private static final int QUICK_CENSUS = 3_000;
    private static final Duration ADMIN_PATIENCE = Duration.ofSeconds(60);
    /** Every experiment that is not limited takes all users in, so that these are in something. */
    private static final double ASSIGNED = 0.9;
    /** What a watch of the versions has to have seen of each node. */
    private static final int LOOKS_EACH = 10;
    /** Long, as this machine starts several nodes at once, and a drill that wants a cluster should have one. */
    private static final int CLUSTER_START_SECONDS = 120;

    private static final Path SHIPPED = Path.of("conf");
    private static final Path VERTICLES = Path.of("verticles").toAbsolutePath();
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
    private final List<AutoCloseable> atLast = new ArrayList<>();
    private Node admin;
    private int censuses;
    private boolean checksChange = true;
    private boolean ownersKnown;
    private boolean smallCensus;
    private boolean leftOut;
    private long counted;

    Scene(Report report, boolean quick, Servers servers, Path folder) {
        this.report = report;
        this.quick = quick;
        this.servers = servers;
        this.folder = folder;
    }

    void play(Drill drill) {
        Processors.Share stolen = Processors.stolen();
        try {
            empty(folder);
            servers.renew(drill.name());
            drill.run(this);
            if (leftOut) {
                return;
            }
            compareWithCalm();
            recover();
        } catch (Exception | AssertionError e) {
            report.check("the drill itself", false, e, "runs to its end");
            e.printStackTrace();
        } finally {
            traffic.forEach(Traffic::stop);
            if (!leftOut) {
                report.note(stolen.since());
                judge();
            }
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
        options.addAll(List.of("--home", home().toString(), "--verticles", VERTICLES.toString()));
        options.addAll(spec.options);
        List<String> jvm = new ArrayList<>(
                List.of("-Xmx256m", "-Dlogback.configurationFile=" + home().resolve("conf/logback.xml")));
        if (!spec.optimised) {
            jvm.add("-XX:TieredStopAtLevel=1");
        }
        Path log = home.resolve("log");
        Node node = new Node(
                spec.name,
                home,
                spec.roles.contains("assignment"),
                new AssayProcess.Launch(
                        spec.basePort, List.copyOf(jvm), servers.environment(), log, List.copyOf(options)));
        nodes.add(node);
        if (spec.roles.contains("admin") && admin == null) {
            admin = node;
        }
        return node;
    }

    /** The shipped configuration, but with event loops that complain sooner and a start that tells its steps. */
    private Path home() throws IOException {
        Path home = folder.resolve("home").toAbsolutePath();
        Path conf = home.resolve("conf");
        if (!Files.exists(conf)) {
            Files.createDirectories(conf);
            Files.copy(SHIPPED.resolve("config.json"), conf.resolve("config.json"));
            long most = TimeUnit.MILLISECONDS.toNanos(quick ? 1_000 : 500);
            JsonObject vertxFile = new JsonObject(Files.readString(SHIPPED.resolve("vertx.json")))
                    .put("maxEventLoopExecuteTime", most)
                    .put("warningExceptionTime", most)
                    .put("blockedThreadCheckInterval", 100);
            Files.writeString(conf.resolve("vertx.json"), vertxFile.encode());
            String log = Files.readString(SHIPPED.resolve("logback.xml"));
            Files.writeString(
                    conf.resolve("logback.xml"),
                    log.replace("<root ", "<logger name=\"io.assay.Node\" level=\"DEBUG\"/>\n  <root "));
        }
        return home;
    }

    private JsonObject cluster(NodeSpec spec) {
        JsonArray members = new JsonArray();
        specs.stream().filter(s -> s.clustered).forEach(s -> members.add("127.0.0.1:" + s.hazelcastPort()));
        return new JsonObject()
                .put("enabled", spec.clustered)
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

    /**
     * Experiments that are live, and known to all nodes that run, when this returns; a third of them targeted, a third
     * sharing a layer.
     */
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
        // each node learns of them in its own time, which is seconds where nothing tells it
        report.atMost("experiments are known to all nodes", agreement(), RECOVERY.toSeconds(), "s");
    }

    /** A node that is ready may get its keys a moment later. */
    private void awaitOwners() throws IOException {
        if (!ownersKnown) {
            Api api = api(admin);
            report.atMost(
                    "the first admin node lets its owners in",
                    secondsUntil(
                            ADMIN_PATIENCE,
                            () -> api.send("GET", "/experiments", "").status() == 200),
                    ADMIN_PATIENCE.toSeconds(),
                    "s");
            ownersKnown = true;
        }
    }

    /** One more experiment that is live when this returns; its id. */
    public String publish(String key) throws IOException {
        return publish(key, "");
    }

    private String publish(String key, String more) throws IOException {
        return launch(definition(key, more));
    }

    /** The same for an experiment of any definition. */
    String launch(String body) throws IOException {
        awaitOwners();
        String key = new JsonObject(body).getString("key");
        if (smallCensus) {
            // how fast owners are served is not the question then: on a busy machine they ask again
            api(admin).insist("POST", "/experiments", body);
            api(admin).insist("PATCH", "/experiments/" + key, LIVE);
            return api(admin).expect(200, "GET", "/experiments/" + key, "").getString("experiment_id");
        }
        String id = api(admin).expect(201, "POST", "/experiments", body).getString("experiment_id");
        api(admin).expect(200, "PATCH", "/experiments/" + id, LIVE);
        return id;
    }

    /** The body that makes a draft, with more members if any, each after a comma. */
    public static String definition(String key, String more) {
        return """
                {"key":"%s","variants":[{"key":"control","allocation":34},{"key":"blue","allocation":33},
                 {"key":"green","allocation":33}],"metrics":["signup"]%s}"""
                .formatted(key, more);
    }

    /** Waits until the nodes assign users to an experiment; the seconds that took, or infinity. */
    public double secondsUntilShown(String experiment, List<Node> where, Duration patience) throws IOException {
        List<Node> missing = new ArrayList<>(where);
        return secondsUntil(patience, () -> {
            missing.removeIf(node -> isShown(node, experiment));
            return missing.isEmpty();
        });
    }

    /** Whether a node assigns users to an experiment now. */
    boolean isShown(Node node, String experiment) {
        return assigns(node, experiment).orElse(false);
    }

    /** Whether a node answers, out of a snapshot, and does not assign users to an experiment now. */
    boolean isGone(Node node, String experiment) {
        return !assigns(node, experiment).orElse(true);
    }

    private Optional<Boolean> assigns(Node node, String experiment) {
        try {
            Api.Answer answer = new Api(node, key("server"))
                    .get(node.assignments("user_id=" + Population.id(0) + "&platform=web&keys=" + experiment));
            if (answer.status() != 200 || answer.json().getBoolean("degraded", false)) {
                return Optional.empty();
            }
            return Optional.of(answer.json().getJsonObject("assignments").containsKey(experiment));
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
        return traffic(rate, asked, Duration.ofSeconds(quick ? 1 : 3), Duration.ofSeconds(quick ? 2 : 10));
    }

    /** The same with the time for the compilers, and the time without a fault that all that comes is compared with. */
    public Traffic traffic(int rate, List<Node> asked, Duration warmUp, Duration calm) throws IOException {
        Traffic started = new Traffic(vertx, population, key("server"), rate, asked);
        traffic.add(started);
        started.measureCalm(warmUp, calm);
        report.note("no fault: " + started.calm());
        report.atMost("without a fault: answers other than 200", started.calm().not200(), 0);
        return started;
    }

    /** What users noticed in all, beside the phase without a fault. */
    private void compareWithCalm() {
        for (Traffic each : traffic) {
            Answers after = each.sinceCalm();
            report.note("all that was due after it: " + after);
            report.note(String.format(
                    Locale.ROOT,
                    "p99 beside that without a fault: %.2f times",
                    after.p99() / each.calm().p99()));
        }
    }

    /** Asks these nodes for every user (a tenth of them in the short form), each user another node than the time before. */
    public void census(List<Node> asked) throws IOException {
        int users = quick || smallCensus ? QUICK_CENSUS : Population.SIZE;
        long begun = System.nanoTime();
        Census.Result result = Census.take(vertx, population, key("server"), asked, censuses++, users);
        report.check(
                "census " + censuses + ": users without an answer",
                result.failed() + result.degraded() == 0,
                "%,d of %,d in %.1f s"
                        .formatted(
                                result.failed() + result.degraded(), result.asked(), (System.nanoTime() - begun) / 1e9),
                "at most 0");
        report.check(
                "census " + censuses + ": users who are in an experiment",
                result.assigned() >= ASSIGNED * users,
                "%,d of %,d".formatted(result.assigned(), result.asked()),
                "at least %.0f %%".formatted(100 * ASSIGNED));
        counted = Math.max(counted, users);
    }

    /** For drills whose question is not who gets what: of the users a part is asked for. */
    void smallCensus() {
        smallCensus = true;
    }

    /** What this drill needs can't be had on this machine. */
    void leaveOut(String why) {
        report.leaveOut(why);
        leftOut = true;
    }

    /** Ends with the scene, after all is judged. */
    void closeAtLast(AutoCloseable opened) {
        atLast.add(opened);
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
        report.check(
                "nodes that died by themselves",
                nodes.stream().allMatch(node -> node.isAlive() || !node.isExpectedToRun()),
                nodes.stream()
                        .filter(node -> !node.isAlive() && node.isExpectedToRun())
                        .toList(),
                "none");
        report.atMost("recovered by itself: all nodes alive, on one version", agreement(), RECOVERY.toSeconds(), "s");
        List<Node> running = running();
        if (checksChange && admin != null && admin.isExpectedToRun()) {
            publish("after_all");
            double seconds = secondsUntilShown("after_all", running, RECOVERY);
            report.atMost("recovered by itself: a change shows on all nodes", seconds, RECOVERY.toSeconds(), "s");
        }
        census(running);
    }

    /** Those that should be, and have a version. */
    private List<Node> running() {
        return nodes.stream()
                .filter(Node::isExpectedToRun)
                .filter(Node::assigns)
                .toList();
    }

    private double agreement() {
        List<Node> running = running();
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
        report.check(
                "pairs of user and experiment that were seen again",
                counted > 0 && population.compared() >= counted,
                "%,d".formatted(population.compared()),
                "at least %,d".formatted(Math.max(1, counted)));
        long fewest = LOOKS_EACH * nodes.stream().filter(Node::assigns).count();
        report.check(
                "looks at versions",
                versions.looks() >= fewest,
                "%,d".formatted(versions.looks()),
                "at least " + fewest);
        none("versions that went down", versions.decreases(), "");
        try {
            none("uncaught exceptions", logs.uncaught(nodes), "");
            none("blocked event loops", logs.blocked(nodes), "");
            none("errors in the logs", logs.errors(nodes), "");
        } catch (IOException e) {
            report.check("logs", false, e, "can be read");
        }
    }

    private static void closeQuietly(AutoCloseable opened) {
        try {
            opened.close();
        } catch (Exception e) {
            System.err.println("can't be closed: " + e);
        }
    }

    private void none(String what, List<String> found, String more) {
        String figure =
                found.size() + " " + more + (found.isEmpty() ? "" : found.subList(0, Math.min(3, found.size())));
        report.check(what, found.isEmpty(), figure.strip(), "none");
    }

    static void empty(Path folder) throws IOException {
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
        nodes.parallelStream().forEach(Node::end);
        atLast.forEach(Scene::closeQuietly);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
