package io.assay.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assay.protocol.Json.Limits;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Nested
    class Reads {
        @Test
        void allKindsOfValues() {
            Map<String, Object> expected = new LinkedHashMap<>();
            expected.put("a", Arrays.asList(new BigDecimal("1.50"), true, false, null, List.of(), Map.of()));
            expected.put("é\n", "😀/\"\\\b\f\r\t");
            assertThat(
                            parse(
                                    " { \"a\" : [ 1.50 ,true,false,null,[ ],{ } ] ,\n\"\u00e9\\n\":\"\\ud83D\\uDE00\\/\\\"\\\\\\b\\f\\r\\t\"}\t\r\n"))
                    .isEqualTo(expected);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "0",
                    "-0",
                    "-0.0",
                    "10",
                    "1.50",
                    "1e5",
                    "1E+5",
                    "-2.5e-3",
                    "1e9999",
                    "9007199254740993",
                    "-0.00",
                    "0.0000001",
                    "-99999999999999.99",
                    "999999999999999999",
                    "9999999999999999999",
                    "-999999999999999999.5"
                })
        void numbersWithTheScaleAsWritten(String number) {
            assertThat(parse(number)).isEqualTo(new BigDecimal(number));
        }

        @Test
        void textOfEveryLengthOfCodePoint() {
            String text = "a\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\ud800\udc00\udbff\udfff";
            assertThat(parse("\"" + text + "\"")).isEqualTo(text);
        }

        @Test
        void asDeepAndAsWideAsAllowedAndNoMore() {
            assertThat(parse("[".repeat(32) + "]".repeat(32))).isNotNull();
            assertRefused("[".repeat(33) + "]".repeat(33), "nested deeper than 32 at byte 32");
            assertThat(parse(names(200))).isNotNull();
            assertRefused(names(201), "more than 200 names in one object");
            assertThat(Json.parse(utf8(names(201)), Limits.SNAPSHOT)).isNotNull();
            assertThat(parse("[" + "1,".repeat(49_998) + "1]")).isNotNull();
            assertRefused("[" + "1,".repeat(49_999) + "1]", "more than 50000 values");
        }
    }

    @Nested
    class Refuses {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    " ",
                    "{",
                    "[",
                    "[1",
                    "[1,",
                    "[1,]",
                    "{\"a\"",
                    "{\"a\":",
                    "{\"a\":1",
                    "{\"a\":1,",
                    "{\"a\":1,}",
                    "{a:1}",
                    "{1:1}",
                    "\"",
                    "\"\\",
                    "\"\\u12",
                    "\"\\u12G4\"",
                    "\"\\x\"",
                    "\"\n\"",
                    "'a'",
                    "NaN",
                    "-NaN",
                    "Infinity",
                    "-Infinity",
                    "+1",
                    ".5",
                    "1.",
                    "1.e5",
                    "01",
                    "-",
                    "-01",
                    "1e",
                    "1e+",
                    "0x10",
                    "1e10000",
                    "1e99999999999",
                    "tru",
                    "truex",
                    "nul",
                    "nulL",
                    "1 2",
                    "[] []",
                    "{},",
                    "/**/1",
                    "[1 2]",
                    "{\"a\" 1}",
                    "\ufeff1",
                    "\u00a01"
                })
        void whatIsNoJson(String text) {
            assertThatExceptionOfType(JsonException.class).isThrownBy(() -> parse(text));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "{\"a\":1,\"b\":2,\"a\":3}|name given twice at byte 13",
                    "{\"a\":1,\"\\u0061\":3}|name given twice at byte 7",
                    "\"\\ud800\"|lone surrogate at byte 1",
                    "\"\\udc00\"|lone surrogate at byte 1",
                    "\"\\ud800\\ud800\"|lone surrogate at byte 1",
                    "\"\\ud800\\n\"|lone surrogate at byte 1",
                    "[1] x|unexpected bytes after the value at byte 4"
                })
        void withTheReasonAndThePlace(String text, String message) {
            assertRefused(text, message);
        }

        @Test
        void numbersOfMoreThan64Characters() {
            assertThat(parse("1".repeat(64))).isNotNull();
            assertRefused("1".repeat(65), "number longer than 64 characters at byte 0");
        }

        @Test
        void bytesThatAreNoUtf8() {
            int[][] sequences = {
                {0x80},
                {0xc0, 0x80},
                {0xc1, 0xbf},
                {0xc3},
                {0xc3, 0x28},
                {0xe0, 0x80, 0x80},
                {0xe2, 0x82},
                {0xed, 0xa0, 0x80},
                {0xed, 0xbf, 0xbf},
                {0xf0, 0x80, 0x80, 0x80},
                {0xf4, 0x90, 0x80, 0x80},
                {0xf5, 0x80, 0x80, 0x80},
                {0xff}
            };
            for (int[] sequence : sequences) {
                byte[] text = new byte[sequence.length + 2];
                Arrays.fill(text, (byte) '"');
                for (int i = 0; i < sequence.length; i++) {
                    text[i + 1] = (byte) sequence[i];
                }
                assertThatThrownBy(() -> Json.parse(text, Limits.BODY)).hasMessageContaining("invalid UTF-8");
            }
        }

        @Test
        void anyGarbageWithNothingButAJsonException() {
            Random random = new Random(7);
            byte[] valid = utf8("{\"a\":[1.5e3,\"\\u00e9é😀\",true,null,{\"b\":\"c\"}]}");
            for (int i = 0; i < 20_000; i++) {
                byte[] bytes = Arrays.copyOf(valid, 1 + random.nextInt(valid.length));
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                try {
                    Json.parse(bytes, Limits.BODY);
                } catch (JsonException e) {
                    assertThat(e.offset()).isBetween(0, bytes.length);
                }
            }
        }

        @Test
        void deepBodiesWithoutReadingThemWhole() {
            byte[] deep = utf8("[".repeat(500_000));
            assertThatThrownBy(() -> Json.parse(deep, Limits.BODY)).hasMessage("nested deeper than 32 at byte 32");
        }
    }

    @Nested
    class Writes {
        @Test
        void compactTextThatReadsBackTheSame() {
            String text = "{\"a\":[1.50,-7,true,null,\"é😀\\u0001\\\"\\\\\\n\",[],{}],\"b\":{\"c\":\"\"}}";
            assertThat(Json.write(parse(text))).isEqualTo(text);
        }

        @Test
        void numbersOfUsualSizeInPlainDigits() {
            List<Object> numbers = new ArrayList<>(List.of(1, 2L, 0.5, 50.0, 1e2, new BigDecimal("1E+2"), 1e-5));
            numbers.add(new BigDecimal("1E+30"));
            assertThat(Json.write(numbers)).isEqualTo("[1,2,0.5,50,100,100,0.00001,1E+30]");
        }

        @Test
        void nothingThatWouldNotReadBack() {
            for (Object bad : List.of(Double.NaN, Double.NEGATIVE_INFINITY, "\ud800", new Object())) {
                assertThatThrownBy(() -> Json.write(bad)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    private static void assertRefused(String text, String message) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(JsonException.class).hasMessageStartingWith(message);
    }

    private static String names(int count) {
        StringBuilder text = new StringBuilder("{\"n0\":0");
        for (int i = 1; i < count; i++) {
            text.append(",\"n").append(i).append("\":0");
        }
        return text.append('}').toString();
    }

    private static Object parse(String text) {
        return Json.parse(utf8(text), Limits.BODY);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
