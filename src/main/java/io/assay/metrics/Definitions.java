package io.assay.metrics;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the join learns what is measured. Both calls may wait, and fail when that takes too long. */
interface Definitions {
    /** What is measured, as it stood at most 30 seconds ago. */
    View current();

    /** What is measured, read after the record that was {@code received} then is known to have been. */
    View readAfter(long received);

    /** All experiments that were ever launched, at one moment. */
    final class View {
        private final Map<String, Definition> byId = new HashMap<>();
        private final Map<Long, Definition> byHash = new HashMap<>();

        View(Collection<Definition> all) {
            for (var definition : all) {
                byId.put(definition.id, definition);
                byHash.put(definition.hash, definition);
            }
        }

        Collection<Definition> all() {
            return byId.values();
        }

        @Nullable
        Definition find(String id) {
            return byId.get(id);
        }

        @Nullable
        Definition find(long hash) {
            return byHash.get(hash);
        }

        /** True if it has every experiment that the user is in. */
        boolean knows(UserState user) {
            for (var participation : user.participations) {
                if (!byHash.containsKey(participation.experiment)) {
                    return false;
                }
            }
            return true;
        }
    }
}
