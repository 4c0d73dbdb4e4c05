package io.assay.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import io.assay.platform.ApiError;
import io.assay.protocol.Json;
import io.assay.protocol.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read in one pass comes out as what the general reader makes of it. */
class PlainBatchTest {
    private static final String TELLING = "{}[],:\"\\ 0159-.eE+tn\0\u007f";
    private static final BitSet SURPLUS = BitSet.valueOf(new long[] {0b100100});

    private final Random random = new Random(7);

    private static byte[] bytes(String body) {
        return body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static EventBatch general(byte[] body) {
        return EventBatch.read(Json.parse(body, Json.Limits.BODY));
    }

    /** Everything that a request comes to, or how it is refused. */
    private static Object outcome(EventBatch batch, int length) {
        try {
            EventClock clock = EventClock.of(IntakeTest.NOW, batch);
            Intake.Outcome outcome =
                    Intake.of(batch, new Intake.Request(clock, IntakeTest.DEFINITIONS, "key", length, SURPLUS));
            Intake.Outcome hashed =
                    Intake.of(batch, new Intake.Request(clock, IntakeTest.DEFINITIONS, null, length, null));
            boolean assigned = hashed.idsAssigned();
            return List.of(String.valueOf(batch.sdk()), clock, outcome, assigned, assigned ? "" : hashed);
        } catch (ApiError e) {
            return e.status() + String.valueOf(e.getMessage()) + e.errors();
        }
    }

    /** Whether it is read in one pass; fails if that comes to something else than the general reader. */
    private static boolean agrees(byte[] body) {
        EventBatch plain = PlainBatch.read(body);
        if (plain == null) {
            return false;
        }
        EventBatch general;
        try {
            general = general(body);
        } catch (JsonException | ApiError e) {
            throw new AssertionError("only one takes " + new String(body, StandardCharsets.UTF_8), e);
        }
        assertThat(plain.items()).hasSameSizeAs(general.items());
        for (int i = 0; i < plain.items().size(); i++) {
            EventBatch.Item item = plain.items().get(i);
            EventBatch.Item expected = general.items().get(i);
            assertThat(item.userId()).isEqualTo(expected.userId());
            assertThat(item.pointer()).isEqualTo(expected.pointer());
        }
        assertThat(outcome(plain, body.length))
                .as(new String(body, StandardCharsets.UTF_8))
                .isEqualTo(outcome(general, body.length));
        return true;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'user_id':'u','events':[{'name':'purchase','value':49.99,'id':'1','timestamp':1773144000000}]}",
                " {'sent_at' : '2026-03-10T11:00:00Z', 'user_id':'u', 'events' : [ {'name':'n'} , {'name':'m'} ] }\n",
                "{'batch':[{'user_id':'u','events':[{'type':'exposure','experiment':'button','variant':'green'}]}],'sdk':'js/1'}",
                "{'user_id':'u','events':[{'name':'n','properties':{'a':[1,2.50,{'b':'\\u00e9'}],'c':'é'}}]}",
                "{'user_id':'u','events':[{'name':'n','timestamp':'2026-03-10T12:00:00+01:00','value':-0.5}]}"
            })
    void whatClientsWriteIsReadInOnePass(String body) {
        assertThat(agrees(bytes(body))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{'user_id':'u','events':[]}",
                "{'batch':[]}",
                "{'batch':[{'user_id':'u','events':[{'name':'n'}]}],'user_id':'u'}",
                "{'batch':[{'user_id':'u','events':[{'name':'n'}],'sdk':'js/1'}]}",
                "{'events':[{'name':'n'}]}",
                "{'user_id':'','events':[{'name':'n'}]}",
                "{'user_id':'\\u0041','events':[{'name':'n'}]}",
                "{'user_id':'ü','events':[{'name':'n'}]}",
                "{'user_id':'u','user_id':'u','events':[{'name':'n'}]}",
                "{'user_id':'u','events':[{'name':'n','name':'n'}]}",
                "{'user_id':'u','events':[{'name':'n','variant':'v'}]}",
                "{'user_id':'u','events':[{'name':'n','value':1e2}]}",
                "{'user_id':'u','events':[{'name':'n','value':01}]}",
                "{'user_id':'u','events':[{'name':'n','value':1.}]}",
                "{'user_id':'u','events':[{'name':'n','value':1.0000001}]}",
                "{'user_id':'u','events':[{'name':'n','value':null}]}",
                "{'user_id':'u','events':[{'name':'n','timestamp':-1}]}",
                "{'user_id':'u','events':[{'name':'n','timestamp':'now'}]}",
                "{'user_id':'u','events':[{'name':'n','properties':1}]}",
                "{'user_id':'u','events':[{'name':'n','properties':{'a':1,'a':2}}]}",
                "{'user_id':'u','events':[{'name':'n'},]}",
                "{'user_id':'u','events':[{'name':'n'}]} x"
            })
    void whatIsWrongOrRareIsLeftToTheGeneralReader(String body) {
        assertThat(agrees(bytes(body))).isFalse();
    }

    @Test
    void aTextWithAnotherByteAtAnyPlaceIsLeftToTheGeneralReader() {
        for (int place = 0; place < 20; place++) {
            for (int c = 0; c < 256; c++) {
                byte[] id = "a".repeat(20).getBytes(StandardCharsets.US_ASCII);
                id[place] = (byte) c;
                String body = "{\"user_id\":\"u\",\"events\":[{\"name\":\"purchase\",\"id\":\"%s\"}]}"
                        .formatted(new String(id, StandardCharsets.ISO_8859_1));
                EventBatch read = PlainBatch.read(body.getBytes(StandardCharsets.ISO_8859_1));
                boolean plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\';
                assertThat(read != null).as("byte %d at %d", c, place).isEqualTo(plain);
            }
        }
    }

    @Test
    void moreEventsThanMayComeAreLeftToTheGeneralReader() {
        String thousand = String.join(",", Collections.nCopies(1000, "{'name':'n'}"));

        assertThat(agrees(bytes("{'user_id':'u','events':[" + thousand + "]}"))).isTrue();
        assertThat(agrees(bytes("{'user_id':'u','events':[" + thousand + ",{'name':'n'}]}")))
                .isFalse();
    }

    @Test
    void manyBodiesComeToTheSame() {
        int plain = 0;
        for (int i = 0; i < 5_000; i++) {
            plain += agrees(bytes(body())) ? 1 : 0;
        }
        assertThat(plain).isGreaterThan(500);
    }

    @Test
    void manyMutatedBodiesComeToTheSame() {
        int plain = 0;
        for (int i = 0; i < 40_000; i++) {
            byte[] body = bytes(body());
            for (int n = random.nextInt(2); n >= 0; n--) {
                body = mutated(body);
            }
            plain += agrees(body) ? 1 : 0;
        }
        assertThat(plain).isGreaterThan(1_000);
    }

    private byte[] mutated(byte[] body) {
        int at = random.nextInt(body.length);
        byte[] other = body.clone();
        switch (random.nextInt(4)) {
            case 0 -> other[at] = (byte) TELLING.charAt(random.nextInt(TELLING.length()));
            case 1 -> other[at] = (byte) random.nextInt(256);
            case 2 -> {
                other = new byte[body.length - 1];
                System.arraycopy(body, 0, other, 0, at);
                System.arraycopy(body, at + 1, other, at, other.length - at);
            }
            default -> {
                int length = 1 + random.nextInt(Math.min(12, body.length - at));
                other = new byte[body.length + length];
                System.arraycopy(body, 0, other, 0, at + length);
                System.arraycopy(body, at, other, at + length, body.length - at);
            }
        }
        return other;
    }

    private String body() {
        List<String> members = new ArrayList<>();
        if (random.nextBoolean()) {
            members.add("'user_id':" + user());
            members.add("'events':" + events());
        } else {
            List<String> entries = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                entries.add("{'user_id':" + user() + ",'events':" + events() + "}");
            }
            members.add("'batch':[" + String.join(",", entries) + "]");
        }
        sometimes(members, "'sdk':" + pick("'java/0.1.0'", "'js/2'", "''", "'" + "s".repeat(128) + "'", "1"));
        sometimes(members, "'sent_at':" + time());
        if (random.nextInt(10) == 0) {
            Collections.shuffle(members, random);
        }
        return "{" + String.join(pick(",", ",", " , "), members) + "}";
    }

    private String user() {
        return random.nextInt(30) == 0
                ? pick("''", "1", "'ü'", "'" + "u".repeat(256) + "'", "'" + "u".repeat(257) + "'", "'\\t'", "null")
                : "'u" + random.nextInt(5) + "'";
    }

    private String events() {
        List<String> events = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            events.add(random.nextInt(3) == 0 ? exposure() : goal());
        }
        return "[" + String.join(",", events) + "]";
    }

    private String goal() {
        List<String> members = new ArrayList<>();
        members.add("'name':" + pick("'purchase'", "'signup'", "'a:b.c-$_9'", "'" + "n".repeat(128) + "'"));
        sometimes(members, "'value':" + number());
        sometimes(members, "'timestamp':" + time());
        sometimes(members, "'id':" + id());
        if (random.nextInt(4) == 0) {
            members.add("'properties':" + pick("{}", "{'a':1.50}", "{'a':{'b':[true,null,'\\n']}}", "[]"));
        }
        Collections.shuffle(members, random);
        return "{" + String.join(",", members) + "}";
    }

    private String exposure() {
        List<String> members = new ArrayList<>();
        members.add("'type':" + pick("'exposure'", "'exposure'", "'exposure'", "'other'"));
        members.add("'experiment':" + pick("'button'", "'aaaaaaaaaaaa'", "'button'", "'later'", "'?'"));
        members.add("'variant':" + pick("'green'", "'control'", "'red'", "''"));
        sometimes(members, "'timestamp':" + time());
        sometimes(members, "'id':" + id());
        Collections.shuffle(members, random);
        return "{" + String.join(",", members) + "}";
    }

    private String id() {
        return pick("'e" + random.nextInt(9) + "'", "'a b~'", "'" + "i".repeat(128) + "'", "'" + "i".repeat(129) + "'");
    }

    private String number() {
        return pick(
                random.nextInt(1_000) + "." + random.nextInt(100),
                String.valueOf(random.nextInt(2_000) - 1_000),
                "-0",
                "0.000001",
                "999999999.999999",
                "1000000000",
                "1000000000.5",
                "0.1234567",
                "1E2");
    }

    private String time() {
        return pick(
                String.valueOf(IntakeTest.NOW - random.nextInt(5_000_000)),
                String.valueOf(IntakeTest.NOW - random.nextInt(5_000_000)),
                String.valueOf(IntakeTest.NOW + random.nextInt(1_000_000)),
                "'2026-03-10T11:59:59.123Z'",
                "'2026-03-10t13:00:00+01:00'",
                "0",
                "99999999999999",
                "253402300799999",
                "1773144000000.0",
                "1773144000000.5",
                "'soon'");
    }

    private void sometimes(List<String> members, String member) {
        if (random.nextBoolean()) {
            members.add(member);
        }
    }

    private String pick(String... some) {
        return some[random.nextInt(some.length)];
    }
}
