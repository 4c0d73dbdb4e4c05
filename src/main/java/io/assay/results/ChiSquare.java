package io.assay.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.jspecify.annotations.Nullable;

/**
 * How far counts are from the shares they should have: Pearson's statistic and its degrees of freedom. Those of independent
 * counts add up.
 */
record ChiSquare(double statistic, int degrees) {
    static final ChiSquare NONE = new ChiSquare(0, 0);

    /* The distribution is that of the limit; by Cochran's rule it holds well enough where 5 are expected. Arms that expect
    fewer are taken together, the smallest first: what is taken together depends on how many there are in all and not on who
    has them, so the test stays fair. */
    private static final double EXPECTED_AT_LEAST = 5;

    private record Cell(double expected, long observed) {
        Cell plus(Cell other) {
            return new Cell(expected + other.expected, observed + other.observed);
        }

        double distance() {
            return (observed - expected) * (observed - expected) / expected;
        }
    }

    /**
     * The distance of counts from shares, which need not sum to 1; none as long as there are too few to tell.
     *
     * @param shares what each of them should have; what should have nothing is left out
     */
    static ChiSquare of(double[] shares, long[] counts) {
        int[] arms =
                IntStream.range(0, shares.length).filter(i -> shares[i] > 0).toArray();
        double whole = IntStream.of(arms).mapToDouble(i -> shares[i]).sum();
        long all = IntStream.of(arms).mapToLong(i -> counts[i]).sum();
        List<Cell> cells = cells(IntStream.of(arms)
                .mapToObj(i -> new Cell(shares[i] / whole * all, counts[i]))
                .sorted(Comparator.comparingDouble(Cell::expected))
                .toList());
        return cells.size() < 2
                ? NONE
                : new ChiSquare(cells.stream().mapToDouble(Cell::distance).sum(), cells.size() - 1);
    }

    private static List<Cell> cells(List<Cell> arms) {
        List<Cell> cells = new ArrayList<>();
        Cell open = null;
        for (Cell arm : arms) {
            open = open == null ? arm : open.plus(arm);
            if (open.expected() >= EXPECTED_AT_LEAST) {
                cells.add(open);
                open = null;
            }
        }
        if (open != null && !cells.isEmpty()) {
            cells.set(cells.size() - 1, cells.get(cells.size() - 1).plus(open));
        }
        return cells;
    }

    ChiSquare plus(ChiSquare other) {
        return new ChiSquare(statistic + other.statistic, degrees + other.degrees);
    }

    /** How likely chance alone brings counts that are at least as far off; null as long as there are too few to tell. */
    @Nullable
    Double pValue() {
        return degrees == 0 ? null : ChiSquaredDistribution.of(degrees).survivalProbability(statistic);
    }
}
