/**
 * The drills: nodes in processes of their own and real servers, of which something is taken away under load.
 *
 * <p>In come names of drills; out go pass or fail with figures, on the standard output and as JSON in {@code target/drills}.
 *
 * <p>Not part of the product: compiled with the tests.
 */
package io.assay.drill;
