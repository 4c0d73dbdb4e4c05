package io.assay.drill;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs drills one after the other on the same servers. */
public final class Runner implements AutoCloseable {
    private static final Path FOLDER = Path.of("target", "drills");

    private final boolean quick;
    private final PrintStream out;
    private Servers servers;
    private Processors processors;
    private boolean closed;

    public Runner(boolean quick, PrintStream out) {
        this.quick = quick;
        this.out = out;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close)); // who ends it early wants no servers left
    }

    /** Its report, which is in {@code target/drills/NAME.json} too. */
    public Report run(Drill drill) {
        Report report = new Report(drill, quick, out);
        try {
            Path folder = Files.createDirectories(FOLDER.resolve(drill.name()));
            try (Scene scene = new Scene(report, quick, servers(), folder)) {
                scene.play(drill);
            }
            report.end(FOLDER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return report;
    }

    private synchronized Servers servers() throws IOException {
        if (closed) {
            throw new IOException("the drills were ended");
        }
        if (servers == null) {
            servers = Servers.start(Files.createDirectories(FOLDER.resolve("servers")));
            if (!quick) {
                processors = Processors.keptAwake(out); // what is quick is not timed so closely
            }
        }
        return servers;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (processors != null) {
            processors.close();
            processors = null;
        }
        if (servers != null) {
            servers.close();
            servers = null;
        }
    }
}
