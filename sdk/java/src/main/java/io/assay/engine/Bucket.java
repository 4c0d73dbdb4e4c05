package io.assay.engine;

/** The bucket of one user under one salt, computed on its own. */
public final class Bucket {
    private Bucket() {}

    /**
     * The bucket 0..9999.
     *
     * @throws IllegalArgumentException for a salt or a user id that is none
     */
    public static int of(String salt, String userId) {
        byte[] key = new byte[SaltStates.SALT_BYTES + UserId.MAX_BYTES];
        requireSalt(salt);
        byte[] user = new byte[UserId.MAX_BYTES];
        int length = UserId.encode(userId, user);
        if (length < 0) {
            throw new IllegalArgumentException("user id: expected " + UserId.EXPECTED);
        }
        for (int i = 0; i < SaltStates.SALT_BYTES; i++) {
            key[i] = (byte) salt.charAt(i);
        }
        System.arraycopy(user, 0, key, SaltStates.SALT_BYTES, length);
        return SaltStates.bucket(Murmur3.hash(key, SaltStates.SALT_BYTES + length, 0));
    }

    static String requireSalt(String salt) {
        boolean valid = salt.length() == SaltStates.SALT_BYTES;
        for (int i = 0; valid && i < salt.length(); i++) {
            char c = salt.charAt(i);
            valid = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        }
        if (!valid) {
            throw new IllegalArgumentException("salt: \"" + salt + "\" (expected: 8 lowercase hex characters)");
        }
        return salt;
    }
}
