package io.assay.assignment;

import io.assay.protocol.Json;
import io.assay.snapshot.Sha256;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The entity tag of a bulk answer, {@code "17.3.server.<hash>"}: the versions of the snapshot and the emergency list, the scope
 * of the key, and the context in whatever order and spelling it came. Web clients send the tag of their last answer also after
 * their context changed.
 */
final class BulkTag {
    private static final int HASH_LENGTH = 32;

    private final String versions;
    private final String question;

    /**
     * The tag of an answer.
     *
     * @param scope of the key; empty if this node can't know it
     */
    BulkTag(Compiled compiled, String scope, Map<?, ?> context) {
        versions = compiled.assigner().snapshot().version() + "." + compiled.emergency();
        byte[] canonical = Json.write(canonical(context)).getBytes(StandardCharsets.UTF_8);
        String hash = Sha256.hex(canonical).substring(0, HASH_LENGTH);
        question = scope.isEmpty() ? "." + hash : "." + scope + "." + hash;
    }

    @Override
    public String toString() {
        return '"' + versions + question + '"';
    }

    /** Whether the client has this answer. */
    boolean isAmong(List<String> ifNoneMatch) {
        return ifNoneMatch.stream().anyMatch(line -> line.contains(toString()));
    }

    /**
     * Whether the client has an answer to this question, of whatever version. A node without a snapshot has nothing better, and
     * lets it keep that.
     */
    boolean asksForTheSameAsOneOf(List<String> ifNoneMatch) {
        return ifNoneMatch.stream().anyMatch(line -> line.contains(question + '"'));
    }

    private static @Nullable Object canonical(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> sorted = new TreeMap<>();
            map.forEach((name, member) -> sorted.put((String) name, canonical(member)));
            return sorted;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(BulkTag::canonical).toList();
        }
        return value instanceof BigDecimal number
                ? new Json.Raw(number.stripTrailingZeros().toString())
                : value;
    }
}
