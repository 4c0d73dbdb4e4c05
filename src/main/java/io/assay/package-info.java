/**
 * The process: reads {@code conf/} and {@code verticles/}, deploys, stops cleanly. In come files, options and
 * environment variables; out goes a running node. Nobody imports this package.
 */
@NullMarked
package io.assay;

import org.jspecify.annotations.NullMarked;
