package io.assay.metrics;

import java.math.BigInteger;
import java.nio.ByteBuffer;

/** One cell of the totals: users and how often, and exact sums. */
record Tally(long users, long times, BigInteger sum, BigInteger squares) {
    static final Tally ZERO = new Tally(0, 0, BigInteger.ZERO, BigInteger.ZERO);

    static Tally of(long users, long times) {
        return new Tally(users, times, BigInteger.ZERO, BigInteger.ZERO);
    }

    Tally plus(Tally other) {
        return new Tally(
                users + other.users,
                times + other.times,
                other.sum.signum() == 0 ? sum : sum.add(other.sum),
                other.squares.signum() == 0 ? squares : squares.add(other.squares));
    }

    byte[] toBytes() {
        byte[] sumBytes = sum.toByteArray();
        byte[] squareBytes = squares.toByteArray();
        return ByteBuffer.allocate(17 + sumBytes.length + squareBytes.length)
                .putLong(users)
                .putLong(times)
                .put((byte) sumBytes.length)
                .put(sumBytes)
                .put(squareBytes)
                .array();
    }

    static Tally of(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        long users = in.getLong();
        long times = in.getLong();
        var sumBytes = new byte[in.get()];
        in.get(sumBytes);
        var squareBytes = new byte[in.remaining()];
        in.get(squareBytes);
        return new Tally(users, times, new BigInteger(sumBytes), new BigInteger(squareBytes));
    }
}
