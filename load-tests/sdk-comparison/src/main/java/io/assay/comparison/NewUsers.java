package io.assay.comparison;

import java.nio.charset.StandardCharsets;

/** User ids of 8 characters that nobody has seen before. */
final class NewUsers {
    private final byte[] id = "u0000000".getBytes(StandardCharsets.ISO_8859_1);

    String next() {
        int at = id.length - 1;
        while (id[at] == 'z') {
            id[at--] = '0';
        }
        id[at] = id[at] == '9' ? (byte) 'a' : (byte) (id[at] + 1);
        return new String(id, StandardCharsets.ISO_8859_1);
    }
}
