package io.assay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyRingTest {
    private static final KeyRing RING = KeyRing.of(Map.of("good", Scope.SERVER, "public", Scope.CLIENT));

    @Test
    void aKeyInForceHasItsScope() {
        assertThat(RING.check("good")).isEqualTo(Scope.SERVER);
        assertThat(RING.check("public")).isEqualTo(Scope.CLIENT);
    }

    @Test
    void anythingElseHasNone() {
        for (String wrong : new String[] {"", "goo", "good ", "Good", "göod", "g".repeat(300), "\u0000"}) {
            assertThat(RING.check(wrong)).as(wrong).isNull();
        }
        assertThat(RING.check(null)).isNull();
    }

    @Test
    void aKeyIsFoundAmongThousands() {
        Map<String, Scope> many = new HashMap<>();
        for (int i = 0; i < 3000; i++) {
            many.put("key-" + i, Scope.values()[i % 4]);
        }
        KeyRing ring = KeyRing.of(many);
        many.forEach((key, scope) -> assertThat(ring.check(key)).isEqualTo(scope));
        assertThat(ring.check("key-3000")).isNull();
    }

    @Test
    void whatWasFoundBeforeSaysNothingAboutOtherKeysOrOtherRings() {
        KeyRing ring = KeyRing.of(Map.of("server-key", Scope.SERVER, "client-key", Scope.CLIENT));
        for (int again = 0; again < 2; again++) {
            assertThat(ring.check("server-key")).isEqualTo(Scope.SERVER);
            assertThat(ring.check("server-ke")).isNull();
            assertThat(ring.check("server-kez")).isNull();
            assertThat(ring.check("server-key-")).isNull();
            assertThat(ring.check("client-key")).isEqualTo(Scope.CLIENT);
        }
        assertThat(ring.check("server-key")).isEqualTo(Scope.SERVER);
        assertThat(KeyRing.of(Map.of("client-key", Scope.CLIENT)).check("server-key"))
                .isNull();
    }

    @Test
    void aRingWithoutKeysIsNotTheSameAsNoRing() {
        assertThat(KeyRing.NONE.hasKeys()).isFalse();
        assertThat(KeyRing.of(Map.of()).hasKeys()).isTrue();
    }
}
