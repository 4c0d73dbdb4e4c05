package io.assay.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {
    private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String VALID = "00-" + ID + "-00f067aa0ba902b7-01";

    @Test
    void aValidHeaderNamesItsTrace() {
        Trace trace = Objects.requireNonNull(Trace.of(VALID));
        assertThat(trace.id()).isEqualTo(ID);
        assertThat(trace.parent()).isEqualTo(VALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {VALID, "01-" + ID + "-00f067aa0ba902b7-01", "cc-" + ID + "-00f067aa0ba902b7-01-what-comes"})
    void laterVersionsAreReadAsFarAsTheyAreKnown(String header) {
        assertThat(Trace.of(header)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-" + ID + "-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-" + ID + "-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-" + ID + "-00f067aa0ba902b7-01-more",
                "00-" + ID + "-00f067aa0ba902b7-0g",
                "00_" + ID + "-00f067aa0ba902b7-01",
                "01-" + ID + "-00f067aa0ba902b7-01more",
                "01-" + ID + "-00f067aa0ba902b7-01-a\nforged"
            })
    void whatIsNotValidIsNobodys(String header) {
        assertThat(Trace.of(header)).isNull();
    }

    @Test
    void nobodyWorksForATraceOutsideARequest() {
        assertThat(Trace.of(null)).isNull();
        assertThat(Trace.current()).isNull();
    }
}
