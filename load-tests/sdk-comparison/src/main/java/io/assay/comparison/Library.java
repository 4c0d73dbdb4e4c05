package io.assay.comparison;

import org.jspecify.annotations.Nullable;

/**
 * A library that evaluates experiments in the process, as its documentation says to use it.
 *
 * @param <U> its idea of a user
 * @param <A> its answer for all experiments
 */
interface Library<U, A> extends AutoCloseable {
    /** A user as the caller of the library would hold them during a request. */
    U user(String id);

    /** All experiments of a user, in the form in which the library gives them. */
    A all(U user);

    /** One experiment of a user: the variant's key. */
    @Nullable
    String one(U user, String experiment);

    /** The variant's key in an answer for all experiments. */
    @Nullable
    String read(A answer, String experiment);

    /** How many experiments of an answer put the user into the treatment, by going through it. */
    int treatments(A answer);

    @Override
    default void close() {}
}
