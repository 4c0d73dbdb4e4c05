package io.assay.ingestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.assay.platform.ApiError;
import io.assay.platform.FieldError;
import io.assay.protocol.Exposure;
import io.assay.protocol.Goal;
import io.assay.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IntakeTest {
    static final long NOW = Instant.parse("2026-03-10T12:00:00Z").toEpochMilli();
    static final Definitions DEFINITIONS = new Definitions(
            Map.of(
                    "aaaaaaaaaaaa", new Definitions.Known("aaaaaaaaaaaa", Set.of("control", "green"), true),
                    "bbbbbbbbbbbb", new Definitions.Known("bbbbbbbbbbbb", Set.of(), false)),
            Map.of("button", "aaaaaaaaaaaa", "later", "bbbbbbbbbbbb"));

    private static Intake.Outcome take(String body) {
        return take(body, null);
    }

    private static Intake.Outcome take(String body, String idempotencyKey) {
        return take(body, idempotencyKey, null);
    }

    private static Intake.Outcome take(String body, String idempotencyKey, BitSet surplus) {
        byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        EventBatch batch = EventBatch.read(Json.parse(bytes, Json.Limits.BODY));
        return Intake.of(
                batch,
                new Intake.Request(EventClock.of(NOW, batch), DEFINITIONS, idempotencyKey, bytes.length, surplus));
    }

    private static Intake.Outcome events(String... events) {
        return take("{'user_id':'u1','events':[" + String.join(",", events) + "]}");
    }

    private static Goal goal(String event) {
        Intake.Outcome outcome = events(event);
        assertThat(outcome.rejected()).isEmpty();
        return outcome.goals().get(0);
    }

    private static String code(String event) {
        Intake.Outcome outcome = events(event);
        assertThat(outcome.received()).isZero();
        return outcome.rejected().get(0).error().code();
    }

    private static ApiError refused(String body) {
        return catchThrowableOfType(() -> take(body), ApiError.class);
    }

    private static String at(Duration fromNow) {
        return "{'name':'n','timestamp':" + (NOW + fromNow.toMillis()) + "}";
    }

    @Nested
    class TheRequest {
        @Test
        void ofOneUserIsTakenInItsOrder() {
            Intake.Outcome outcome = events(
                    "{'name':'signup','id':'1'}",
                    "{'type':'exposure','experiment':'button','variant':'green','id':'2'}",
                    "{'name':'purchase','value':49.99,'id':'3'}");

            assertThat(outcome.goals())
                    .containsExactly(
                            new Goal("1", "u1", "signup", 0, NOW, null),
                            new Goal("3", "u1", "purchase", 49_990_000, NOW, null));
            assertThat(outcome.exposures()).containsExactly(new Exposure("2", "u1", "aaaaaaaaaaaa", "green", NOW));
        }

        @Test
        void ofManyUsersIsNumberedThrough() {
            Intake.Outcome outcome = take("{'batch':[{'user_id':'a','events':[{'name':'x','id':'1'}]},"
                    + "{'user_id':'','events':[{'name':'y'}]},{'user_id':'c','events':[{'name':'z','id':'2'},{}]}],"
                    + "'sdk':'java/1'}");

            assertThat(outcome.goals()).extracting(Goal::user).containsExactly("a", "c");
            assertThat(outcome.rejected())
                    .extracting(r ->
                            r.index() + " " + r.error().code() + " " + r.error().pointer())
                    .containsExactly("1 invalid_user_id /batch/1/user_id", "3 invalid_name /batch/2/events/1");
        }

        @Test
        void isRefusedWithEveryUnknownMember() {
            ApiError error = refused("{'user_id':'u','events':[{'name':'n'}],'foo':1,'a/b':2}");

            assertThat(error.status()).isEqualTo(400);
            assertThat(error.errors()).extracting(FieldError::pointer).containsExactly("/foo", "/a~1b");
            assertThat(refused("{'batch':[{'user_id':'u','events':[{'name':'n'}],'x':1}]}")
                            .errors())
                    .extracting(FieldError::pointer)
                    .containsExactly("/batch/0/x");
            assertThat(refused("{'batch':[],'user_id':'u'}").errors())
                    .extracting(FieldError::pointer)
                    .contains("/user_id");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "[]",
                    "1",
                    "null",
                    "{}",
                    "{'user_id':'u'}",
                    "{'user_id':'u','events':{}}",
                    "{'user_id':'u','events':[]}",
                    "{'batch':[]}",
                    "{'batch':{}}",
                    "{'batch':[1]}",
                    "{'batch':[{'user_id':'u'}]}",
                    "{'user_id':'u','events':[{'name':'n'}],'sdk':1}",
                    "{'user_id':'u','events':[{'name':'n'}],'sent_at':'yesterday'}",
                    "{'user_id':'u','events':[{'name':'n'}],'sent_at':true}"
                })
        void isRefusedWhenItsShapeIsWrong(String body) {
            assertThat(refused(body).status()).isEqualTo(400);
        }

        @Test
        void holdsAtMostAThousandEvents() {
            String thousand = "{'name':'n'},".repeat(999) + "{'name':'n'}";

            assertThat(events(thousand).received()).isEqualTo(1000);
            assertThatThrownBy(() -> events(thousand, "{'name':'n'}")).isInstanceOf(ApiError.class);
        }

        @Test
        void losesWhatIsMoreThanAUserMaySendAndTheOthersKeepTheirIds() {
            String twice = "{'name':'n','timestamp':1773144000000}";
            String body = "{'user_id':'u','events':[" + twice + "," + twice + ",{'name':'?'}]}";
            Intake.Outcome outcome = take(body, null, BitSet.valueOf(new long[] {0b101}));

            assertThat(outcome.rejected())
                    .extracting(r -> r.index() + " " + r.error().code())
                    .containsExactly("0 throttled", "2 invalid_name");
            assertThat(outcome.goals()).isEqualTo(take(body).goals().subList(1, 2));
        }

        @Test
        void losesOnlyTheEventsThatAreTooLarge() {
            String fits = "{'name':'n','properties':{'p':'" + "x".repeat(32 * 1024 - 34) + "'}}";
            assertThat(fits).hasSize(32 * 1024);
            Intake.Outcome outcome = events(fits, fits.replace("xx", "xxx"), "{'name':'n'}");

            assertThat(outcome.rejected())
                    .extracting(r -> r.index() + r.error().code())
                    .containsExactly("1too_large");
            assertThat(outcome.received()).isEqualTo(2);
        }
    }

    @Nested
    class AnEvent {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "1 | malformed",
                    "null | malformed",
                    "{} | invalid_name",
                    "{'name':null} | invalid_name",
                    "{'name':''} | invalid_name",
                    "{'name':'a b'} | invalid_name",
                    "{'name':'ä'} | invalid_name",
                    "{'name':'n','nmae':1} | malformed",
                    "{'name':'n','type':'exposure'} | malformed",
                    "{'type':'goal','name':'n'} | malformed",
                    "{'type':null,'name':'n'} | malformed",
                    "{'name':'n','id':''} | malformed",
                    "{'name':'n','id':'ü'} | malformed",
                    "{'name':'n','id':7} | malformed",
                    "{'name':'n','properties':[]} | malformed",
                    "{'name':'n','value':'1'} | invalid_value",
                    "{'name':'n','value':null} | invalid_value",
                    "{'name':'n','value':0.0000001} | invalid_value",
                    "{'name':'n','value':1.0000000} | invalid_value",
                    "{'name':'n','value':1000000000.000001} | invalid_value",
                    "{'name':'n','value':-1000000000.000001} | invalid_value",
                    "{'name':'n','value':1e9999} | invalid_value",
                    "{'name':'n','value':1e-9999} | invalid_value",
                    "{'name':'n','timestamp':'2026-03-10 12:00'} | invalid_timestamp",
                    "{'name':'n','timestamp':'2026-03-10T12:00:00'} | invalid_timestamp",
                    "{'name':'n','timestamp':null} | invalid_timestamp",
                    "{'name':'n','timestamp':1.5} | invalid_timestamp",
                    "{'name':'n','timestamp':1e400} | invalid_timestamp",
                    "{'name':'n','timestamp':1773144000000000} | invalid_timestamp",
                    "{'type':'exposure','experiment':'button'} | malformed",
                    "{'type':'exposure','experiment':1,'variant':'green'} | malformed",
                    "{'type':'exposure','experiment':'button','variant':'green','value':1} | malformed",
                    "{'type':'exposure','experiment':'nope','variant':'green'} | unknown_experiment",
                    "{'type':'exposure','experiment':'button','variant':'blue'} | unknown_variant",
                    "{'type':'exposure','experiment':'later','variant':'control'} | not_launched"
                })
        void isRefusedWithTheReason(String event, String code) {
            assertThat(code(event)).isEqualTo(code);
        }

        @Test
        void mayBeAsLongAsTheRulesSay() {
            String name = "n".repeat(128);
            assertThat(goal("{'name':'" + name + "','id':'" + "i".repeat(128) + "'}")
                            .name())
                    .isEqualTo(name);
            assertThat(code("{'name':'" + name + "n'}")).isEqualTo("invalid_name");
            assertThat(code("{'name':'n','id':'" + "i".repeat(129) + "'}")).isEqualTo("malformed");
        }

        @ParameterizedTest
        @CsvSource({
            "49.99, 49990000",
            "-0.000001, -1",
            "1000000000, 1000000000000000",
            "-1e9, -1000000000000000",
            "1.5e3, 1500000000",
            "-0, 0",
            "0e-6, 0",
            "0e9999, 0",
            "0.1, 100000"
        })
        void hasItsValueInExactMillionths(String written, long micros) {
            assertThat(goal("{'name':'n','value':" + written + "}").valueMicros())
                    .isEqualTo(micros);
        }

        @Test
        void keepsItsPropertiesAsJson() {
            assertThat(goal("{'name':'n','properties':{'a':[1.50,null,{'b':'\\u00e4'}]}}")
                            .propertiesJson())
                    .isEqualTo("{\"a\":[1.50,null,{\"b\":\"ä\"}]}");
        }

        @Test
        void exposesByKeyOrId() {
            Intake.Outcome outcome = events(
                    "{'type':'exposure','experiment':'button','variant':'green'}",
                    "{'type':'exposure','experiment':'aaaaaaaaaaaa','variant':'control'}");

            assertThat(outcome.exposures()).extracting(Exposure::experimentId).containsOnly("aaaaaaaaaaaa");
            assertThat(outcome.definitionsDoubted()).isFalse();
        }

        @Test
        void thatTheDefinitionsRefuseLetsThemBeDoubted() {
            assertThat(events("{'type':'exposure','experiment':'button','variant':'blue'}")
                            .definitionsDoubted())
                    .isTrue();
        }
    }

    @Nested
    class Time {
        @ParameterizedTest
        @CsvSource({
            "'2026-03-10T12:00:00Z', 0",
            "2026-03-10t11:59:59.9999z, -1",
            "2026-03-10 13:00:00+01:00, 0",
            "2026-03-09T23:59:00-12:01, 0",
            "2026-03-10T11:59:60Z, 0",
            "2026-03-10T11:59:59.5Z, -500"
        })
        void isReadFromRfc3339(String text, long offset) {
            assertThat(goal("{'name':'n','timestamp':'" + text + "'}").ts()).isEqualTo(NOW + offset);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "2026-02-29T12:00:00Z",
                    "2026-3-10T12:00:00Z",
                    "2026-03-10T24:00:00Z",
                    "2026-03-10T12:00:00.Z",
                    "2026-03-10T12:00:00+0100",
                    "2026-03-10T12:00:00+01:00x",
                    "2026-03-10T12:00:00ZZ",
                    "+026-03-10T12:00:00Z",
                    "1773144000000",
                    "2026-03-10T12:00:00+-1:00"
                })
        void isNotGuessed(String text) {
            assertThat(code("{'name':'n','timestamp':'" + text + "'}")).isEqualTo("invalid_timestamp");
        }

        @Test
        void aLittleAheadIsNowAndMoreIsRefused() {
            assertThat(goal(at(Duration.ofMinutes(5))).ts()).isEqualTo(NOW);
            assertThat(code(at(Duration.ofMinutes(5).plusMillis(1)))).isEqualTo("timestamp_in_future");
        }

        @Test
        void isRefusedBeforeItCouldBeLate() {
            Duration oldest = Duration.ofHours(71).plusMinutes(55).negated();
            assertThat(goal(at(oldest)).ts()).isEqualTo(NOW + oldest.toMillis());
            assertThat(code(at(oldest.minusMillis(1)))).isEqualTo("too_old");
        }

        @ParameterizedTest
        @CsvSource({"10000, 0", "-10000, 0", "10001, 10001", "-3600000, -3600000", "500000000, 500000000"})
        void isShiftedByAClockThatIsOffByMoreThanTenSeconds(long clientBehind, long shift) {
            long sentAt = NOW - clientBehind;
            Intake.Outcome outcome = take("{'user_id':'u','events':[{'name':'n','timestamp':" + (sentAt - 60_000)
                    + "}],'sent_at':" + sentAt + "}");

            assertThat(outcome.goals().get(0).ts()).isEqualTo(sentAt - 60_000 + shift);
        }
    }

    @Nested
    class Ids {
        private static final String TWICE =
                "{'user_id':'u','events':[{'name':'n','timestamp':1773144000000},{'name':'n','timestamp':1773144000000}]}";

        @Test
        void areTheEventsOwnBeforeAnythingElse() {
            assertThat(take("{'user_id':'u','events':[{'name':'n','id':'mine'}]}", "key")
                            .goals()
                            .get(0)
                            .id())
                    .isEqualTo("mine");
        }

        @Test
        void areTheRequestsKeyAndTheIndexOverAllEvents() {
            Intake.Outcome outcome = take(
                    "{'batch':[{'user_id':'a','events':[{'name':''},{'name':'n'}]},{'user_id':'b','events':[{'name':'n'}]}]}",
                    "retry-7");

            assertThat(outcome.goals()).extracting(Goal::id).containsExactly("retry-7:1", "retry-7:2");
            assertThat(outcome.idsAssigned()).isFalse();
        }

        @Test
        void areTheSameWhenTheSameRequestComesAgain() {
            assertThat(take(TWICE).goals()).isEqualTo(take(TWICE).goals());
            assertThat(take(TWICE).goals()).extracting(Goal::id).doesNotHaveDuplicates();
            assertThat(take(TWICE).idsAssigned()).isFalse();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{'user_id':'v','events':[{'name':'n','timestamp':1773144000000}]}",
                    "{'user_id':'u','events':[{'name':'m','timestamp':1773144000000}]}",
                    "{'user_id':'u','events':[{'name':'n','timestamp':1773144000000,'value':1}]}",
                    "{'user_id':'u','events':[{'name':'n','timestamp':'2026-03-10T12:00:00Z'}]}"
                })
        void differWhereTheEventsDo(String other) {
            assertThat(take(other).goals().get(0).id())
                    .isNotEqualTo(take(TWICE).goals().get(0).id());
        }

        @Test
        void ofAnExposureDoNotDependOnHowItsExperimentIsNamed() {
            String byKey = "{'type':'exposure','experiment':'button','variant':'green','timestamp':1773144000000}";
            String first = events(byKey).exposures().get(0).id();

            assertThat(events(byKey.replace("button", "aaaaaaaaaaaa"))
                            .exposures()
                            .get(0)
                            .id())
                    .isEqualTo(first);
            assertThat(events(byKey.replace("green", "control"))
                            .exposures()
                            .get(0)
                            .id())
                    .isNotEqualTo(first);
        }

        @Test
        void areRandomWithoutATimestampAndTheAnswerMustSaySo() {
            Intake.Outcome outcome = events("{'name':'n'}", "{'name':'n'}");

            assertThat(outcome.goals()).extracting(Goal::id).doesNotHaveDuplicates();
            assertThat(outcome.idsAssigned()).isTrue();
        }
    }
}
