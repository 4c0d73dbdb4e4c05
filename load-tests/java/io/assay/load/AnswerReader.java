package io.assay.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Finds the ends of the answers on one connection; reads heads and steps over bodies. */
final class AnswerReader {
    private static final byte[] LENGTH = "\r\ncontent-length: ".getBytes(StandardCharsets.US_ASCII);
    private static final int END = ('\r' << 24) | ('\n' << 16) | ('\r' << 8) | '\n';
    private static final int NO_BODY = 304;

    private final byte[] head = new byte[4096];
    private int length;
    private int last;
    private int body;
    private int status;
    private int counted;
    private int countedStatus;

    /** Takes bytes as they came and says how many answers ended in them. */
    int read(ByteBuffer bytes) throws IOException {
        int complete = 0;
        while (bytes.hasRemaining()) {
            if (body > 0) {
                int step = Math.min(body, bytes.remaining());
                bytes.position(bytes.position() + step);
                body -= step;
            } else if (!readsHead(bytes)) {
                return complete;
            }
            if (body == 0) {
                complete++;
                count();
            }
        }
        return complete;
    }

    /** How many answers had that status since it was asked last. */
    int takeCount(int expected) {
        int count = countedStatus == expected ? counted : 0;
        counted = 0;
        return count;
    }

    private void count() {
        if (status != countedStatus) {
            countedStatus = status;
            counted = 0;
        }
        counted++;
    }

    private boolean readsHead(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (length == head.length) {
                throw new IOException("a head of more than " + head.length + " bytes");
            }
            byte b = bytes.get();
            head[length++] = b;
            last = (last << 8) | b;
            if (last == END) {
                status = number(9);
                body = status == NO_BODY ? 0 : bodyLength();
                length = 0;
                return true;
            }
        }
        return false;
    }

    private int bodyLength() throws IOException {
        for (int at = 0; at + LENGTH.length < length; at++) {
            int same = 0;
            while (same < LENGTH.length && lower(head[at + same]) == LENGTH[same]) {
                same++;
            }
            if (same == LENGTH.length) {
                return number(at + same);
            }
        }
        throw new IOException("an answer without content-length");
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    private int number(int from) {
        int number = 0;
        for (int i = from; head[i] >= '0' && head[i] <= '9'; i++) {
            number = 10 * number + head[i] - '0';
        }
        return number;
    }
}
