package io.assay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditVerticleTest {
    @ParameterizedTest
    @CsvSource({
        "2026-03-01T00:00:00Z, PT3H",
        "2026-03-01T02:59:59Z, PT1S",
        "2026-03-01T03:00:00Z, PT24H",
        "2026-03-01T23:00:00Z, PT4H"
    })
    void theNightIsTheNextTimeThatItIsThatHour(Instant now, Duration wait) {
        assertThat(AuditVerticle.untilHour(3, Clock.fixed(now, ZoneOffset.UTC))).isEqualTo(wait);
    }

    @Test
    void thePublishedQueryIsTheOneThatRuns() {
        assertThat(AuditVerticle.class.getResource("/oracle.sql")).isNotNull();
    }
}
