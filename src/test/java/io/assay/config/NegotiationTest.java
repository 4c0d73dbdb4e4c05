package io.assay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NegotiationTest {
    private static final String TAG = "\"abc\"";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip",
                "GZIP",
                "deflate, gzip, br",
                "gzip;q=0.001",
                "gzip; q=1.000",
                "*",
                "br;q=1.0, *;q=0.5",
                "identity;q=0.5,gzip;q=0.3",
                "x-gzip",
                "gzip ; q=0.10"
            })
    void gzipIsAccepted(String header) {
        assertThat(Negotiation.acceptsGzip(List.of(header))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "identity",
                "br",
                "gzip;q=0",
                "gzip;q=0.000",
                "*, gzip;q=0",
                "*;q=0",
                "gzipped",
                ",;,",
                "gzip;q=x"
            })
    void gzipIsNotAccepted(String header) {
        assertThat(Negotiation.acceptsGzip(List.of(header))).isFalse();
    }

    @Test
    void severalHeaderLinesCountAsOne() {
        assertThat(Negotiation.acceptsGzip(List.of("br", "gzip"))).isTrue();
        assertThat(Negotiation.acceptsGzip(List.of())).isFalse();
        assertThat(Negotiation.hasAlready(List.of("\"x\"", TAG), TAG)).isTrue();
        assertThat(Negotiation.hasAlready(List.of(), TAG)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"abc\"", "W/\"abc\"", "*", " * ", "\"x\", \"abc\"", "\"a,b\",W/\"abc\" , \"y\"", "\"\",\"abc\""
            })
    void theCallerHasItAlready(String header) {
        assertThat(Negotiation.hasAlready(List.of(header), TAG)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "\"abcd\"", "\"xabc\"", "\"ab", "\"*\"", "W/", "\"x\"abc\"", "\"ABC\""})
    void theCallerDoesNotHaveIt(String header) {
        assertThat(Negotiation.hasAlready(List.of(header), TAG)).isFalse();
    }
}
