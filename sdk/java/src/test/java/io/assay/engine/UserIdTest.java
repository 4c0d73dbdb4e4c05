package io.assay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserIdTest {
    private final byte[] bytes = new byte[UserId.MAX_BYTES];

    @ParameterizedTest
    @ValueSource(strings = {"u", " ", "__proto__", "é", "用户42", "😀x", "\u00a0", "\uffff"})
    void bytesAreTheUtf8OfTheText(String id) {
        int length = UserId.encode(id, bytes);
        assertThat(Arrays.copyOf(bytes, length)).isEqualTo(id.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\n", "a\u0000", "\u001f", "\u007f", "\u0080", "\u009f", "\ud83d", "\ude00\ud83d", "a\ud83d"
            })
    void whatIsNoUserIdHasNoBytes(String id) {
        assertThat(UserId.isValid(id)).isFalse();
        assertThat(UserId.encode(id, bytes)).isEqualTo(-1);
    }

    @Test
    void lengthCountsBytesNotCharacters() {
        assertThat(UserId.isValid("a".repeat(256))).isTrue();
        assertThat(UserId.isValid("a".repeat(257))).isFalse();
        assertThat(UserId.isValid("é".repeat(128))).isTrue();
        assertThat(UserId.isValid("é".repeat(128) + "a")).isFalse();
        assertThat(UserId.isValid("😀".repeat(64))).isTrue();
        assertThat(UserId.isValid("😀".repeat(65))).isFalse();
    }
}
