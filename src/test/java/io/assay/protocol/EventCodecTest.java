package io.assay.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventCodecTest {
    private static final byte[] KEY = EventCodec.key("u1");

    @Test
    void anExposureComesBackAsItWas() throws Exception {
        var exposure = new Exposure("a \"quoted\" \\ id", "Zoë 🦊", "0123456789ab", "tréatment", 1_790_000_000_123L);
        assertThat(EventCodec.decodeExposure(EventCodec.key(exposure.user()), EventCodec.encode(exposure)))
                .isEqualTo(exposure);
    }

    @Test
    void aGoalComesBackAsItWasWithItsPropertiesUntouched() throws Exception {
        var goal = new Goal(
                "g1", "u1", "purchase", -49_990_000, 1_790_000_000_123L, "{\"a\":[1,{\"b\":\"}\\\"\"}],\"ü\":-1.5e3}");
        assertThat(EventCodec.decodeGoal(KEY, EventCodec.encode(goal))).isEqualTo(goal);
        var bare = new Goal("g2", "u1", "signup", 0, 0, null);
        assertThat(new String(EventCodec.encode(bare), UTF_8)).isEqualTo("{\"id\":\"g2\",\"n\":\"signup\",\"t\":0}");
        assertThat(EventCodec.decodeGoal(KEY, EventCodec.encode(bare))).isEqualTo(bare);
    }

    @Test
    void anyTextAndNumberComesBackAsItWas() throws Exception {
        var random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            long micros = random.nextLong() >> (5 + random.nextInt(59));
            var goal = new Goal(text(random), "u1", text(random), micros, random.nextLong() >>> (5 + i % 59), null);
            var value = EventCodec.encode(goal);
            assertThat(EventCodec.decodeGoal(KEY, value)).isEqualTo(goal);
            assertThat(new String(value, UTF_8)).endsWith(",\"t\":" + goal.ts() + "}");
        }
        var least = new Goal("g", "u1", "n", Long.MIN_VALUE, 1, null);
        assertThat(new String(EventCodec.encode(least), UTF_8)).contains("\"x\":-9223372036854775808,");
    }

    private static String text(Random random) {
        var text = new StringBuilder("a");
        for (int length = random.nextInt(200); length > 0; length--) {
            text.append(random.nextInt(50) > 0 ? "b" : new String[] {"\"", "\\", "é", "🦊"}[random.nextInt(4)]);
        }
        return text.toString();
    }

    @Test
    void membersMayComeInAnyOrderAndUnknownOnesAreSkipped() throws Exception {
        var text = " { \"t\" : 7 , \"new\" : [ { } , null, \"x\" ] , \"v\":\"\\u0061\\/\", \"e\":\"e\",\"id\":\"i\" } ";
        assertThat(EventCodec.decodeExposure(KEY, text.getBytes(UTF_8)))
                .isEqualTo(new Exposure("i", "u1", "e", "a/", 7));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"id\":\"i\",\"n\":\"x\"}",
                "{\"id\":\"i\",\"t\":1}",
                "{\"id\":\"\",\"n\":\"x\",\"t\":1}",
                "{\"id\":\"i\",\"n\":\"x\",\"t\":1}x",
                "{\"id\":\"i\",\"n\":\"x\",\"t\":1",
                "{\"id\":\"i\",\"n\":\"x\",\"t\":1.5}",
                "{\"id\":\"i\",\"n\":\"x\",\"t\":\"1\"}",
                "{\"id\":\"i\",\"n\":\"x\",\"t\":01}",
                "{\"id\":\"i\",\"n\":\"x\",\"t\":1234567890123456789}",
                "{\"id\":\"i\\u0000\",\"n\":\"x\",\"t\":1}",
                "{\"id\":\"i\",\"n\":\"\\ud800\",\"t\":1}",
                "{\"id\":\"i\",\"n\":\"x\",\"t\":1,\"p\":[]}",
                "{\"id\":\"i\",\"n\":\"x\",\"t\":1,\"p\":{\"a\":}}",
                "{\"id\":\"i\",\"n\":\"x\",\"t\":1,\"p\":{\"a\":NaN}}",
                "{\"id\":\"i\",\"n\":\"x\",\"t\":1,}"
            })
    void whatIsNoneOfOursIsRefused(String value) {
        assertThatThrownBy(() -> EventCodec.decodeGoal(KEY, value.getBytes(UTF_8)))
                .isInstanceOf(UnreadableEventException.class);
    }

    @Test
    void aKeyThatIsNoUserIdIsRefused() {
        var value = EventCodec.encode(new Goal("g", "u", "n", 0, 1, null));
        for (byte[] key : new byte[][] {null, {}, {(byte) 0xff}, {0}}) {
            assertThatThrownBy(() -> EventCodec.decodeGoal(key, value)).isInstanceOf(UnreadableEventException.class);
        }
        assertThatThrownBy(() -> EventCodec.decodeGoal(KEY, null)).isInstanceOf(UnreadableEventException.class);
    }

    @Test
    void brokenBytesAreRefusedAndNeverCrash() {
        var good = EventCodec.encode(new Goal("g", "u", "né\\", 5, 1, "{\"a\":[true,\"x\"]}"));
        var random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            var bytes = good.clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            try {
                assertThat(EventCodec.decodeGoal(KEY, bytes)).isNotNull();
            } catch (UnreadableEventException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void anErasureIsKnownByItsValueAndKeepsItsMoment() throws Exception {
        assertThat(EventCodec.isErase(EventCodec.erase(1_790_000_000_123L))).isTrue();
        assertThat(EventCodec.erasedAt(EventCodec.erase(1_790_000_000_123L))).isEqualTo(1_790_000_000_123L);
        assertThat(EventCodec.erasedAt("{\"erase\":1}".getBytes(UTF_8))).isEqualTo(1);
        for (var value : new String[] {
            "",
            "{}",
            "{\"erase\":}",
            "{\"erase\":-1}",
            "{\"erase\":1",
            "{\"erase\":1}}",
            "{\"erase\":1234567890123456789}"
        }) {
            assertThat(EventCodec.isErase(value.getBytes(UTF_8))).as(value).isFalse();
        }
        assertThat(EventCodec.isErase(null)).isFalse();
        assertThat(EventCodec.isErase(EventCodec.heartbeat())).isFalse();
        assertThatThrownBy(() -> EventCodec.erasedAt(EventCodec.heartbeat()))
                .isInstanceOf(UnreadableEventException.class);
    }

    @Test
    void aHeartbeatIsKnownByItsEmptyKeyAndItsValue() {
        assertThat(EventCodec.isHeartbeat(EventCodec.heartbeatKey(), EventCodec.heartbeat()))
                .isTrue();
        assertThat(EventCodec.isHeartbeat(null, EventCodec.heartbeat())).isTrue();
        assertThat(EventCodec.isHeartbeat(KEY, EventCodec.heartbeat())).isFalse();
        assertThat(EventCodec.isHeartbeat(new byte[0], EventCodec.encode(new Goal("g", "u", "n", 0, 1, null))))
                .isFalse();
    }
}
