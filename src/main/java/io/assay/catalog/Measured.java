package io.assay.catalog;

import java.util.List;

/**
 * Every experiment that was ever launched, and what is counted of them, as one statement saw them.
 *
 * @param nowMillis the database's clock when they were read
 */
public record Measured(long nowMillis, List<MeasuredExperiment> experiments, Generations generations) {
    public Measured {
        experiments = List.copyOf(experiments);
    }
}
