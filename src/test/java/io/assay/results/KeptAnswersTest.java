package io.assay.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.analytics.Scope;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KeptAnswersTest {
    private final KeptAnswers kept = new KeptAnswers(250);

    private void put(String key, int characters) {
        kept.put(new Answer(
                key,
                0,
                null,
                Map.of(new Form(Scope.ALL, false), new Answer.Texts("x".repeat(characters - 10), "x".repeat(10)))));
    }

    private Stream<String> keys() {
        return Stream.of("a", "b", "c").filter(key -> kept.get(key) != null);
    }

    @Test
    void whatWasNotAskedForTheLongestGoesWhenThereIsNoRoom() {
        put("a", 100);
        put("b", 100);
        assertThat(kept.get("a")).isNotNull();
        put("c", 100);
        assertThat(keys()).containsExactly("a", "c");
    }

    @Test
    void whatTakesThePlaceOfAnotherIsCountedOnce() {
        for (int i = 0; i < 10; i++) {
            put("a", 100);
            put("b", 100);
        }
        assertThat(keys()).containsExactly("a", "b");
    }

    @Test
    void oneThatIsLargerThanAllIsKeptAlone() {
        put("a", 100);
        put("b", 1_000);
        assertThat(keys()).containsExactly("b");
        put("c", 100);
        assertThat(keys()).containsExactly("c");
    }
}
