package io.assay.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
    private static final String GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @ParameterizedTest
    @ValueSource(strings = {GOOD, "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-may-come"})
    void isPassedOnAsItCame(String value) {
        assertThat(TraceParent.header(value).value()).isEqualTo(value.getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                GOOD + "0",
                GOOD + "-more",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
                "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-\n"
            })
    void thatIsNoneIsLeftOut(String value) {
        assertThat(TraceParent.header(value)).isNull();
    }

    @Test
    void mayBeAbsent() {
        assertThat(TraceParent.header(null)).isNull();
    }
}
