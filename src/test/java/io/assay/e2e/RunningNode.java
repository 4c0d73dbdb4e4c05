package io.assay.e2e;

import io.assay.AssayProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A node in a process of its own that may be killed and started again, with its keys and the commands that use it. */
public final class RunningNode implements AutoCloseable {
    private final Path data;
    private final int port;
    private final Map<String, String> environment;
    private AssayProcess process;

    private RunningNode(Path data, int port, Map<String, String> environment) throws IOException {
        this.data = data;
        this.port = port;
        this.environment = environment;
        this.process = AssayProcess.start(data, port, environment).awaitReady();
    }

    /** Starts a node and waits until it says that it is ready. */
    public static RunningNode start(Path data) throws IOException {
        return start(data, Map.of());
    }

    /** The same with variables of its environment. */
    public static RunningNode start(Path data, Map<String, String> environment) throws IOException {
        return new RunningNode(data, AssayProcess.freeBasePort(), environment);
    }

    /** SIGKILL, then a start on the same folder and port. */
    public void killAndStartAgain() throws IOException {
        process.kill();
        startAgain();
    }

    /** A start on the same folder and port, after a {@link #stop}. */
    public void startAgain() throws IOException {
        process = AssayProcess.start(data, port, environment).awaitReady();
    }

    /** Runs a command of {@code bin/assay} against this node. */
    Process command(Path output, String... words) {
        List<String> command = new ArrayList<>(List.of("bin/assay", words[0]));
        command.addAll(List.of("--data", data.toString(), "--port", Integer.toString(port)));
        command.addAll(List.of(words).subList(1, words.length));
        return launch(command, output);
    }

    static Process launch(List<String> command, Path output) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI url(String path) {
        return process.uri(0, path);
    }

    /** An address on the port for operators. */
    public URI management(String path) {
        return process.uri(9, path);
    }

    public Path keys() {
        return data.resolve("keys");
    }

    public String key(String scope) {
        try {
            return Files.readString(keys().resolve(scope)).trim();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGTERM; answers the exit code. */
    public int stop() {
        return process.terminate();
    }

    @Override
    public void close() {
        process.close();
    }
}
