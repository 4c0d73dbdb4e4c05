package io.assay.snapshot;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A document of the chain as a source hands it over; nothing of it is believed before it was applied.
 *
 * @param bytes JSON in UTF-8; not to be changed
 * @param sha256 the checksum that came with it, 64 lowercase hex characters
 */
@SuppressWarnings("ArrayRecordComponent") // compared by checksum, never by equals
public record Document(Kind kind, long version, byte[] bytes, String sha256) {
    /** Far above what changes can reach, and below what all stores of documents can hold and count on from. */
    static final long HIGHEST_VERSION = 100_000_000_000_000L;

    private static final String MAGIC = "assay";

    /** A document of one's own making. */
    public static Document of(Kind kind, long version, byte[] bytes) {
        return new Document(kind, version, bytes, Sha256.hex(bytes));
    }

    Head head() {
        return new Head(version, sha256);
    }

    boolean isWhole() {
        return Sha256.hex(bytes).equals(sha256);
    }

    /** One line {@code assay config 17 <sha256>}, then the bytes: how files and peers hold it. */
    byte[] envelope() {
        byte[] line =
                (MAGIC + ' ' + kind.text() + ' ' + version + ' ' + sha256 + '\n').getBytes(StandardCharsets.US_ASCII);
        byte[] envelope = Arrays.copyOf(line, line.length + bytes.length);
        System.arraycopy(bytes, 0, envelope, line.length, bytes.length);
        return envelope;
    }

    /**
     * Reads an envelope without checking the sum.
     *
     * @throws UnreadableDocumentException if its first line is not that of a document of this kind
     */
    static Document open(Kind kind, byte[] envelope) throws UnreadableDocumentException {
        int end = 0;
        while (end < envelope.length && end < 200 && envelope[end] != '\n') {
            end++;
        }
        String[] words = new String(envelope, 0, end, StandardCharsets.US_ASCII).split(" ", -1);
        boolean ours = words.length == 4
                && words[0].equals(MAGIC)
                && words[1].equals(kind.text())
                && words[2].matches("[0-9]{1,18}")
                && words[3].matches("[0-9a-f]{64}");
        if (!ours) {
            throw new UnreadableDocumentException(kind.text() + ": no document");
        }
        byte[] bytes = Arrays.copyOfRange(envelope, Math.min(end + 1, envelope.length), envelope.length);
        return new Document(kind, Long.parseLong(words[2]), bytes, words[3]);
    }

    @Override
    public String toString() {
        return kind.text() + " " + version;
    }
}
