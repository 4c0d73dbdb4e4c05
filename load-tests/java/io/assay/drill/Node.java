package io.assay.drill;

import io.assay.AssayProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A node in a JVM of its own that can be killed, stopped and started again on the same folder and ports. */
public final class Node {
    /** The line of the log at which a process begins. */
    static final String BEGINS = "--- begins";

    /** For so long a process says what it missed. */
    private static final Duration AFTER_STOP = Duration.ofSeconds(2);

    private static final int CONFIG = 2;
    private static final int ASSIGNMENT = 3;
    private static final int INGESTION = 4;
    private static final int RESULTS = 5;
    private static final int MANAGEMENT = 9;
    private static final Pattern VERSION =
            Pattern.compile("assay_snapshot_version\\{kind=\"([a-z]+)\"[^}]*} ([0-9.E+]+)");
    private static final Pattern SOURCE = Pattern.compile("assay_snapshot_source\\{source=\"([a-z]+)\"[^}]*} 1\\.0");

    private final String name;
    private final Path folder;
    private final boolean assigns;
    private final AssayProcess.Launch launch;
    private volatile AssayProcess process;
    private final List<LocalTime> stopped = new CopyOnWriteArrayList<>();
    private final List<LocalTime> resumed = new CopyOnWriteArrayList<>();
    private volatile boolean expectedToRun = true;

    Node(String name, Path folder, boolean assigns, AssayProcess.Launch launch) throws IOException {
        this.name = name;
        this.folder = folder;
        this.assigns = assigns;
        this.launch = launch;
        process = begin();
        // whoever interrupts the drills has no nodes left
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
    }

    private AssayProcess begin() throws IOException {
        Files.writeString(launch.log(), BEGINS + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return AssayProcess.start(launch);
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    /** Its data folder; {@code snapshot/} in it holds the files of the chain. */
    public Path data() {
        return folder.resolve("data");
    }

    public Path log() {
        return launch.log();
    }

    public Node awaitReady() {
        process.awaitReady(MANAGEMENT);
        return this;
    }

    /** Sends it to that process: STOP makes it hang, CONT ends that. */
    void signal(Signal signal) throws IOException {
        signal.send(process.pid());
    }

    public void hang() throws IOException {
        stopped.add(LocalTime.now());
        signal(Signal.STOP);
    }

    public void resume() throws IOException {
        signal(Signal.CONT);
        resumed.add(LocalTime.now());
    }

    /** Whether it was stopped at that time, or a moment before. */
    boolean wasStopped(LocalTime time) {
        for (int i = 0; i < stopped.size(); i++) {
            LocalTime end = i < resumed.size() ? resumed.get(i).plus(AFTER_STOP) : LocalTime.MAX;
            if (!time.isBefore(stopped.get(i)) && !time.isAfter(end)) {
                return true;
            }
        }
        return false;
    }

    /** SIGKILL. */
    public void kill() {
        expectedToRun = false;
        process.kill();
    }

    /** SIGTERM; waits for it, and returns the exit code. */
    public int terminate() {
        expectedToRun = false;
        return process.terminate();
    }

    /** Starts it again; does not wait. */
    public Node startAgain() throws IOException {
        process = begin();
        expectedToRun = true;
        return this;
    }

    /** Whether users can ask it what they get. */
    boolean assigns() {
        return assigns;
    }

    /** Whether the drill wants it to be there now. */
    boolean isExpectedToRun() {
        return expectedToRun;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    public URI uri(int portOffset, String path) {
        return process.uri(portOffset, path);
    }

    public URI assignments(String query) {
        return uri(ASSIGNMENT, "/assignments?" + query);
    }

    public URI config(String path) {
        return uri(CONFIG, path);
    }

    int ingestionPort() {
        return launch.basePort() + INGESTION;
    }

    public URI results(String path) {
        return uri(RESULTS, path);
    }

    int assignmentPort() {
        return launch.basePort() + ASSIGNMENT;
    }

    /** The version that it serves of a document, {@code config}, {@code emergency} or {@code keys}; 0 for none; -1 if it does not answer. */
    public long version(String kind) {
        return versions().getOrDefault(kind, -1L);
    }

    /** The versions of all documents; empty if it does not answer. */
    Map<String, Long> versions() {
        return versions(metrics("assay_snapshot_version"));
    }

    /** The same without waiting. */
    CompletableFuture<Map<String, Long>> lookAtVersions(Duration patience) {
        return Api.look(uri(MANAGEMENT, "/metrics?name%5B%5D=assay_snapshot_version"), patience)
                .thenApply(Node::versions);
    }

    private static Map<String, Long> versions(String metrics) {
        Map<String, Long> versions = new HashMap<>();
        Matcher matcher = VERSION.matcher(metrics);
        while (matcher.find()) {
            versions.put(matcher.group(1), (long) Double.parseDouble(matcher.group(2)));
        }
        return versions;
    }

    /** Whether it says now that requests may be sent to it. */
    boolean isReady() {
        return Api.ask(uri(MANAGEMENT, "/health/ready")).status() == 200;
    }

    /** A metric without labels now; 0 if it does not answer. */
    double gauge(String metric) {
        Matcher matcher =
                Pattern.compile("(?m)^" + metric + "(?:\\{[^}]*})? ([0-9.E+]+)").matcher(metrics(metric));
        return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
    }

    /** What its readiness check of that name, or slots of it, complains of; empty if it does not, or does not answer. */
    String problem(String check) {
        Api.Answer answer = Api.ask(uri(MANAGEMENT, "/health/ready"));
        if (answer.status() != 503) {
            return "";
        }
        return answer.json().getJsonObject("problems").stream()
                .filter(problem -> problem.getKey().startsWith(check))
                .map(problem -> problem.getKey() + ": " + problem.getValue())
                .collect(Collectors.joining("; "));
    }

    /** How many nodes of its cluster it sees, itself included; 0 if it does not answer. */
    int members() {
        return (int) gauge("assay_cluster_members");
    }

    /** Where its snapshot came from. */
    public String source() {
        Matcher matcher = SOURCE.matcher(metrics("assay_snapshot_source"));
        return matcher.find() ? matcher.group(1) : "unknown";
    }

    /** The lines of one metric, or nothing if it does not answer. */
    public String metrics(String metric) {
        return Api.ask(uri(MANAGEMENT, "/metrics?name%5B%5D=" + metric)).text();
    }

    /** All it has said since its first start. */
    String output() throws IOException {
        return Files.readString(launch.log());
    }

    void end() {
        if (process.isAlive()) {
            try {
                signal(Signal.CONT);
            } catch (IOException e) {
                // it is ending already
            }
            try {
                process.kill();
            } catch (AssertionError | RuntimeException e) {
                System.err.println(name + " can't be ended: " + e); // and the others are to be ended, too
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
