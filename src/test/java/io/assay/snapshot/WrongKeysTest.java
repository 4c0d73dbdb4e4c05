package io.assay.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WrongKeysTest {
    private final AtomicLong now = new AtomicLong(1_000_000);
    private final WrongKeys wrong = new WrongKeys(now::get);

    private void spend(String address) {
        for (int i = 0; i < WrongKeys.PER_MINUTE; i++) {
            assertThat(wrong.add(address)).isZero();
            now.addAndGet(1000);
        }
    }

    @Test
    void twentyAMinuteAreAnsweredAndTheNextHasToWait() {
        spend("10.0.0.1");
        assertThat(wrong.add("10.0.0.1")).isEqualTo(40);
        assertThat(wrong.add("10.0.0.2")).isZero();
    }

    @Test
    void noMinuteOfAnyStartHoldsMoreThanTwenty() {
        spend("10.0.0.1");
        now.addAndGet(40_000);
        assertThat(wrong.add("10.0.0.1")).isZero();
        assertThat(wrong.add("10.0.0.1")).isEqualTo(1);
    }

    @Test
    void whoGoesOnWhileRefusedIsNotRefusedForLonger() {
        spend("10.0.0.1");
        for (int second = 40; second > 0; second--) {
            assertThat(wrong.add("10.0.0.1")).isEqualTo(second);
            now.addAndGet(1000);
        }
        assertThat(wrong.add("10.0.0.1")).isZero();
    }

    @Test
    void aHundredThousandAddressesTakeBoundedMemory() {
        for (int i = 0; i < 100_000; i++) {
            wrong.add("address-" + i);
        }
        assertThat(wrong.addresses()).isLessThanOrEqualTo(WrongKeys.ADDRESSES + 1);
        assertThat(wrong.add("one more")).isPositive();
        now.addAndGet(60_000);
        assertThat(wrong.add("one more")).isZero();
        assertThat(wrong.addresses()).isLessThanOrEqualTo(2);
    }
}
