package io.assay.cli;

import java.io.PrintStream;
import java.util.Locale;

/** A progress bar on one line of a terminal; elsewhere a line for every tenth of the way. */
final class Progress {
    private static final int WIDTH = 30;

    private final PrintStream out;
    private final String label;
    private final long total;
    private final boolean terminal = Boolean.getBoolean("assay.terminal");
    private final long begun = System.nanoTime();
    private long shown = -1;

    Progress(PrintStream out, String label, long total) {
        this.out = out;
        this.label = label;
        this.total = total;
    }

    void at(long done) {
        long steps = terminal ? 100 : 10;
        long step = total == 0 ? steps : done * steps / total;
        if (step == shown) {
            return;
        }
        shown = step;
        int filled = (int) (step * WIDTH / steps);
        double seconds = Math.max(1e-9, (System.nanoTime() - begun) / 1e9);
        String line = String.format(
                Locale.ROOT,
                "%s [%s%s] %,d of %,d (%,.0f/s)",
                label,
                "#".repeat(filled),
                ".".repeat(WIDTH - filled),
                done,
                total,
                done / seconds);
        out.print(terminal ? "\r" + line + (done >= total ? "\n" : "") : line + "\n");
        out.flush();
    }
}
