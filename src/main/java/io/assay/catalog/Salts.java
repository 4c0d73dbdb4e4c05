package io.assay.catalog;

import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Random names: salts that nothing else has, ids, keys. */
final class Salts {
    private static final SecureRandom random = new SecureRandom();
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

    private Salts() {}

    /** A salt that was never given out, and is now. */
    static Future<String> fresh(Write write) {
        byte[] bytes = new byte[4];
        random.nextBytes(bytes);
        String salt = HexFormat.of().formatHex(bytes);
        return write.run("insert into salt (salt) values ($1) on conflict do nothing", salt)
                .compose(rows -> rows.rowCount() == 1 ? Future.succeededFuture(salt) : fresh(write));
    }

    /** 12 of {@code [0-9a-z]}. */
    static String id() {
        StringBuilder id = new StringBuilder();
        while (id.length() < 12) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }

    static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
