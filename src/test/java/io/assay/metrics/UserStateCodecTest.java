package io.assay.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class UserStateCodecTest {
    private final Random random = new Random(3);

    @Test
    void whatIsReadAndWrittenAgainIsTheSame() {
        byte[] bytes = UserStateCodec.encode(userAtEveryLimit());
        assertThat(UserStateCodec.encode(UserStateCodec.decode(bytes))).isEqualTo(bytes);
    }

    @Test
    void aUserAtEveryLimitForAsLongAsAnythingIsKeptStaysUnderAMebibyte() {
        assertThat(UserStateCodec.encode(userAtEveryLimit()).length).isLessThan(1 << 20);
    }

    @Test
    void aUserWithOneExposureAndOneGoalTakesAHundredBytes() {
        var user = new UserState();
        user.day(History.T0).exposures.add(random.nextLong());
        user.day(History.T0).goals.add(random.nextLong());
        user.addGoal(History.T0 + 5, random.nextLong(), 49_990_000);
        show(user.in(random.nextLong()), 0, History.T0);
        assertThat(UserStateCodec.encode(user).length).isLessThan(100);
    }

    @Test
    void anErasedUserIsTheSameAfterwardsAndOnlySuchAOneIsOfTheNewerVersion() {
        var user = userAtEveryLimit();
        assertThat(UserStateCodec.encode(user)[0]).isEqualTo((byte) 1);
        user.erased(Source.EVENTS, 1_790_000_000_123L);
        byte[] bytes = UserStateCodec.encode(user);
        assertThat(bytes[0]).isEqualTo((byte) 2);
        var read = UserStateCodec.decode(bytes);
        assertThat(read.isDeafTo(Source.EXPOSURES)).isTrue();
        assertThat(read.isDeafTo(Source.EVENTS)).isFalse();
        assertThat(UserStateCodec.encode(read)).isEqualTo(bytes);
    }

    @Test
    void stateOfAnotherVersionIsRefused() {
        byte[] bytes = UserStateCodec.encode(new UserState());
        bytes[0] = 9;
        assertThatThrownBy(() -> UserStateCodec.decode(bytes)).hasMessageContaining("version 9 (expected: 1 or 2)");
    }

    private UserState userAtEveryLimit() {
        var user = new UserState();
        var participation = user.in(random.nextLong());
        for (int day = 0; day < 5; day++) {
            long start = History.T0 + day * History.DAY;
            var ids = user.day(start);
            ids.valueMicros = Limits.SHIPPED.valueMicros();
            for (int i = 0; i < Limits.SHIPPED.exposures(); i++) {
                ids.exposures.add(random.nextLong());
                show(participation, i % 2, start + i * 20_000L);
            }
            for (int i = 0; i < Limits.SHIPPED.goals(); i++) {
                ids.goals.add(random.nextLong());
                user.addGoal(start + i * 40_000L, random.nextLong(), random.nextInt(500_000_000));
            }
        }
        return user;
    }

    private static void show(Participation p, int variant, long ts) {
        if (p.isFirst(ts, variant)) {
            p.firstVariant = variant;
            p.firstTs = ts;
        }
        p.add(ts, variant);
        p.show(variant, 1);
    }
}
