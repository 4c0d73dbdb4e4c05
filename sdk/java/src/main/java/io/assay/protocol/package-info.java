/**
 * Everything that crosses a process border, as bytes.
 *
 * <p>In come bytes of snapshots and events; out go the engine's types, and back.
 *
 * <p>Pure Java: no I/O, no clock, no library.
 */
@NullMarked
package io.assay.protocol;

import org.jspecify.annotations.NullMarked;
