package io.assay.sdk;

import io.assay.engine.UserId;
import io.assay.protocol.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Users with ids from all of Unicode and attributes of any type, each as the body of a question. The same for the same seed. */
final class RandomUsers {
    /** Users who may have overrides. */
    static final List<String> KNOWN = List.of("qa-1", "__proto__", "constructor", "ñandú", "😀");

    private static final int[] ALPHABETS = {
        'a', 'z', 0xa0, 0x17f, 0x4e00, 0x9fa5, 0x1f600, 0x1f64f, 0x20, 0x7e, 0xe000, 0xffff
    };

    private final Random random;
    private final RandomValues values;

    RandomUsers(long seed) {
        random = new Random(seed);
        values = new RandomValues(random);
    }

    /** That many questions, one JSON text each. */
    List<String> questions(int count) {
        return IntStream.range(0, count).mapToObj(this::question).toList();
    }

    private String question(int i) {
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        for (int n = random.nextInt(RandomValues.NAMES.size()); n > 0; n--) {
            attributes.put(values.name(), values.attribute());
        }
        Map<String, Object> question = new LinkedHashMap<>();
        question.put("user_id", i < KNOWN.size() ? KNOWN.get(i) : id(i));
        question.put("attributes", attributes);
        return Json.write(question);
    }

    private String id(int i) {
        if (random.nextInt(3) == 0) {
            return "user-" + i;
        }
        int alphabet = 2 * random.nextInt(ALPHABETS.length / 2);
        int span = ALPHABETS[alphabet + 1] - ALPHABETS[alphabet] + 1;
        StringBuilder id = new StringBuilder();
        for (int left = 1 + random.nextInt(64); left > 0; left--) {
            id.appendCodePoint(ALPHABETS[alphabet] + random.nextInt(span));
        }
        return UserId.isValid(id.toString()) ? id.toString() : "user-" + i;
    }
}
