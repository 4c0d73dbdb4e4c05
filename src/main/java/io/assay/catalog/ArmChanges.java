package io.assay.catalog;

import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * What keeps the users of a launched experiment from being split by its allocations.
 *
 * @param dropped since when each dropped variant gets no new users, by its key
 * @param overridden who has an override or once had one: their variant was chosen, not drawn
 */
public record ArmChanges(Map<String, Instant> dropped, Set<String> overridden) {
    public static final ArmChanges NONE = new ArmChanges(Map.of(), Set.of());

    public ArmChanges {
        dropped = Map.copyOf(dropped);
        overridden = Set.copyOf(overridden);
    }
}
