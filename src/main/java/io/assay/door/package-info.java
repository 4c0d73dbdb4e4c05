/**
 * The door: one address in front of all stages of a machine. In come requests; out go the same requests to the stage that
 * their path belongs to, and its answers. It knows addresses, and nothing of what the stages do.
 */
@NullMarked
package io.assay.door;

import org.jspecify.annotations.NullMarked;
