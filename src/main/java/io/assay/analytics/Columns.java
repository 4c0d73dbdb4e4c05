package io.assay.analytics;

import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Rows turned into arrays, one per column: the parameters of an {@code unnest}, so that a statement takes any number of rows. */
final class Columns<R> {
    private final Collection<R> rows;
    private final Tuple parameters = Tuple.tuple();

    Columns(Collection<R> rows) {
        this.rows = rows;
    }

    /** The columns topic, part and log_pos. */
    Columns<R> position(Function<R, Position> of) {
        return ints(row -> of.apply(row).topic())
                .ints(row -> of.apply(row).partition())
                .longs(row -> of.apply(row).offset());
    }

    /** The columns topic and pos, which make a version. */
    Columns<R> version(Function<R, Position> of) {
        return ints(row -> of.apply(row).topic()).longs(row -> of.apply(row).offset());
    }

    Columns<R> ints(ToIntFunction<R> of) {
        parameters.addValue(rows.stream().mapToInt(of).boxed().toArray(Integer[]::new));
        return this;
    }

    Columns<R> flags(Predicate<R> of) {
        parameters.addValue(rows.stream().map(of::test).toArray(Boolean[]::new));
        return this;
    }

    Columns<R> longs(ToLongFunction<R> of) {
        parameters.addValue(rows.stream().mapToLong(of).boxed().toArray(Long[]::new));
        return this;
    }

    Columns<R> texts(Function<R, @Nullable String> of) {
        parameters.addValue(rows.stream().map(of).toArray(String[]::new));
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    Tuple parameters() {
        return parameters;
    }
}
