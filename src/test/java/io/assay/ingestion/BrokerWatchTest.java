package io.assay.ingestion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BrokerWatchTest {
    private final BrokerWatch watch = new BrokerWatch(100, 0);

    @Test
    void isAwayUntilEveryPartitionAnswered() {
        watch.acknowledged(1);
        assertThat(watch.isAway()).isTrue();
        watch.whole();
        assertThat(watch.isAway()).isFalse();
    }

    @Test
    void silenceWhileSomethingWaitsIsAnAbsenceAndIsToldOnce() {
        watch.whole();
        watch.acknowledged(50);
        assertThat(watch.wentSilent(0, 150)).isFalse();
        assertThat(watch.wentSilent(60, 160)).isFalse();
        assertThat(watch.wentSilent(0, 151)).isTrue();
        assertThat(watch.wentSilent(0, 152)).isFalse();
        assertThat(watch.isAway()).isTrue();
    }

    @Test
    void anyAcknowledgementBringsItBack() {
        watch.whole();
        watch.failed();
        assertThat(watch.isAway()).isTrue();
        watch.acknowledged(10);
        assertThat(watch.isAway()).isFalse();
    }

    @Test
    void onceLostEveryPartitionHasToAnswerAgain() {
        watch.whole();
        watch.lost();
        watch.acknowledged(10);
        assertThat(watch.isAway()).isTrue();
        watch.whole();
        assertThat(watch.isAway()).isFalse();
    }

    @Test
    void isAwayWhenNoConnectionIsLeftForTwoLooks() {
        watch.whole();
        assertThat(watch.wasCutOff(true)).isFalse();
        assertThat(watch.wasCutOff(false)).isFalse();
        assertThat(watch.wasCutOff(true)).isFalse();
        assertThat(watch.isAway()).isFalse();
        assertThat(watch.wasCutOff(true)).isTrue();
        assertThat(watch.wasCutOff(true)).isFalse();
        assertThat(watch.isAway()).isTrue();
    }
}
