package io.assay.metrics;

import java.util.Arrays;

/** The bytes of a {@link UserState}: a version, then varints; times are differences, hashes eight bytes. */
final class UserStateCodec {
    private static final int VERSION = 1;

    /** Two moments of erasures come next. */
    private static final int VERSION_OF_ERASED = 2;

    private byte[] buffer;
    private int at;

    private UserStateCodec(byte[] buffer) {
        this.buffer = buffer;
    }

    static byte[] encode(UserState user) {
        var out = new UserStateCodec(new byte[256]);
        out.unsigned(user.wasErased() ? VERSION_OF_ERASED : VERSION);
        if (user.wasErased()) {
            out.signed(user.erased(Source.EXPOSURES));
            out.signed(user.erased(Source.EVENTS));
        }
        out.signed(user.badFrom);
        out.unsigned(user.days.size());
        user.days.forEach(out::day);
        out.unsigned(user.goalTs.size());
        long last = 0;
        for (int i = 0; i < user.goalTs.size(); i++) {
            out.signed(user.goalTs.get(i) - last);
            last = user.goalTs.get(i);
            out.fixed(user.goalEvent.get(i));
            out.signed(user.goalValue.get(i));
        }
        out.unsigned(user.participations.size());
        user.participations.forEach(out::participation);
        return Arrays.copyOf(out.buffer, out.at);
    }

    static UserState decode(byte[] bytes) {
        var in = new UserStateCodec(bytes);
        long version = in.unsigned();
        if (version != VERSION && version != VERSION_OF_ERASED) {
            throw new IllegalStateException("user state of version " + version + " (expected: 1 or 2)");
        }
        var user = new UserState();
        if (version == VERSION_OF_ERASED) {
            user.erased(Source.EXPOSURES, in.signed());
            user.erased(Source.EVENTS, in.signed());
        }
        user.badFrom = in.signed();
        for (long n = in.unsigned(); n > 0; n--) {
            user.days.add(in.day());
        }
        long last = 0;
        for (long n = in.unsigned(); n > 0; n--) {
            last += in.signed();
            user.goalTs.add(last);
            user.goalEvent.add(in.fixed());
            user.goalValue.add(in.signed());
        }
        for (long n = in.unsigned(); n > 0; n--) {
            user.participations.add(in.participation());
        }
        return user;
    }

    private void day(UserState.Day day) {
        signed(day.start);
        unsigned(day.valueMicros);
        hashes(day.exposures);
        hashes(day.goals);
    }

    private UserState.Day day() {
        var day = new UserState.Day(signed());
        day.valueMicros = unsigned();
        hashesInto(day.exposures);
        hashesInto(day.goals);
        return day;
    }

    private void hashes(LongList list) {
        unsigned(list.size());
        for (int i = 0; i < list.size(); i++) {
            fixed(list.get(i));
        }
    }

    private void hashesInto(LongList list) {
        for (long n = unsigned(); n > 0; n--) {
            list.add(fixed());
        }
    }

    private void participation(Participation p) {
        fixed(p.experiment);
        unsigned(p.excluded ? 1 : 0);
        if (p.excluded) {
            return;
        }
        unsigned(p.seen);
        for (int v = 0; p.seen >>> v != 0; v++) {
            if (p.hasSeen(v)) {
                unsigned(p.impressions[v]);
            }
        }
        step(p.firstVariant, p.firstTs);
        step(p.foldedVariant, p.foldedFrom);
        unsigned(p.recentTs.size());
        long last = p.firstTs;
        for (int i = 0; i < p.recentTs.size(); i++) {
            step((int) p.recentVariant.get(i), p.recentTs.get(i) - last);
            last = p.recentTs.get(i);
        }
        credits(p);
    }

    private Participation participation() {
        var p = new Participation(fixed());
        if (unsigned() == 1) {
            p.exclude();
            return p;
        }
        int seen = (int) unsigned();
        for (int v = 0; seen >>> v != 0; v++) {
            if ((seen & 1 << v) != 0) {
                p.show(v, unsigned());
            }
        }
        p.firstVariant = (int) signed();
        p.firstTs = signed();
        p.foldedVariant = (int) signed();
        p.foldedFrom = signed();
        long last = p.firstTs;
        for (long n = unsigned(); n > 0; n--) {
            p.recentVariant.add(signed());
            last += signed();
            p.recentTs.add(last);
        }
        creditsInto(p);
        return p;
    }

    private void credits(Participation p) {
        unsigned(p.events.length);
        for (int i = 0; i < p.events.length; i++) {
            unsigned(p.events[i]);
            if (p.events[i] != 0) {
                signed(p.sums[i]);
            }
        }
    }

    private void creditsInto(Participation p) {
        int cells = (int) unsigned();
        p.grow(cells);
        for (int i = 0; i < cells; i++) {
            p.events[i] = unsigned();
            p.sums[i] = p.events[i] == 0 ? 0 : signed();
        }
    }

    private void step(int variant, long ts) {
        signed(variant);
        signed(ts);
    }

    private void signed(long n) {
        unsigned(n << 1 ^ n >> 63);
    }

    private long signed() {
        long n = unsigned();
        return n >>> 1 ^ -(n & 1);
    }

    private void unsigned(long n) {
        room(10);
        long rest = n;
        for (; (rest & ~0x7fL) != 0; rest >>>= 7) {
            buffer[at++] = (byte) (rest | 0x80);
        }
        buffer[at++] = (byte) rest;
    }

    private long unsigned() {
        long n = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = buffer[at++];
            n |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return n;
            }
        }
    }

    private void fixed(long n) {
        room(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            buffer[at++] = (byte) (n >>> shift);
        }
    }

    private long fixed() {
        long n = 0;
        for (int i = 0; i < 8; i++) {
            n = n << 8 | (buffer[at++] & 0xff);
        }
        return n;
    }

    private void room(int bytes) {
        if (at + bytes > buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
    }
}
