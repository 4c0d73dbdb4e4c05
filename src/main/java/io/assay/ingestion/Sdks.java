package io.assay.ingestion;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names of SDKs as labels of meters, of which there may only be so many: what a client sends is made up by whoever likes to.
 * Belongs to one event loop.
 */
final class Sdks {
    static final String NONE = "none";
    static final String OTHER = "other";
    static final int VERSIONS_EACH = 16;
    private static final Pattern LABEL = Pattern.compile("[a-z][a-z-]{0,15}/[0-9][0-9A-Za-z.+-]{0,23}");
    private static final Pattern OURS = Pattern.compile("(java|js)/.*");

    private final Map<String, String> labels = new HashMap<>();
    private final Map<String, Integer> versions = new HashMap<>();

    /** {@code name/version} as it was sent, as long as there are not too many of them: a limit for each SDK of ours, and one for all others. */
    String label(@Nullable String sdk) {
        if (sdk == null) {
            return NONE;
        }
        String known = labels.get(sdk);
        if (known != null) {
            return known;
        }
        if (!LABEL.matcher(sdk).matches()) {
            return OTHER;
        }
        String family = OURS.matcher(sdk).matches() ? sdk.substring(0, sdk.indexOf('/')) : OTHER;
        if (versions.merge(family, 1, Integer::sum) > VERSIONS_EACH) {
            versions.put(family, VERSIONS_EACH);
            return OTHER;
        }
        labels.put(sdk, sdk);
        return sdk;
    }
}
