/**
 * The load generators, and the servers they are pointed at when nothing else runs.
 *
 * <p>In come a rate or a number of connections; out go latencies and rates on the standard output.
 *
 * <p>Not part of the product: compiled with the tests.
 */
package io.assay.load;
