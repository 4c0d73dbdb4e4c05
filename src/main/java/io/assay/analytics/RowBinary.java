package io.assay.analytics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** Rows in ClickHouse's format {@code RowBinary}: lengths in front and no escapes, so that no text can be taken for anything else. */
final class RowBinary {
    private final Buffer bytes = Buffer.buffer();

    /** A {@code UInt8}. */
    RowBinary flag(boolean value) {
        bytes.appendByte((byte) (value ? 1 : 0));
        return this;
    }

    /** A {@code UInt32}. */
    RowBinary number(int value) {
        bytes.appendIntLE(value);
        return this;
    }

    /** An {@code Int64} or {@code UInt64}. */
    RowBinary number(long value) {
        bytes.appendLongLE(value);
        return this;
    }

    /** A {@code Date}, as days since 1970; one before or beyond what it can be is the first or the last there is. */
    RowBinary day(long days) {
        bytes.appendShortLE((short) Math.max(0, Math.min(days, 0xffff)));
        return this;
    }

    /** A {@code String}; none is the empty one. */
    RowBinary text(@Nullable String value) {
        byte[] text = value == null ? new byte[0] : value.getBytes(UTF_8);
        int left = text.length;
        for (; left > 0x7f; left >>>= 7) {
            bytes.appendByte((byte) ((left & 0x7f) | 0x80));
        }
        bytes.appendByte((byte) left).appendBytes(text);
        return this;
    }

    Buffer bytes() {
        return bytes;
    }
}
