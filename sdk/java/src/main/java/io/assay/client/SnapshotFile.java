package io.assay.client;

import io.assay.protocol.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last good snapshot and emergency list in a file, for a start without the server.
 *
 * <p>Three parts: a line with the SHA-256 of the rest, a line of JSON (server, ETag, emergency list), the snapshot as it came. It is
 * written beside its place, forced to the disk and moved there, so that a crash leaves the old one or the new one; what was damaged
 * nevertheless, or belongs to another server, is refused when it is read.
 */
final class SnapshotFile {
    private static final String MAGIC = "assay-snapshot 1 ";
    private static final long MAX_BYTES = 128 << 20;

    private final Path file;
    private final String url;

    SnapshotFile(Path file, @Nullable String url) {
        this.file = file.toAbsolutePath();
        this.url = url == null ? "" : url;
    }

    /** What stands in it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared by equals
    record Content(byte[] config, @Nullable String etag, EmergencyList emergency) {}

    /** Null if there is no file, or it belongs to another server. */
    @Nullable
    Content read() throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("snapshot file: larger than " + MAX_BYTES + " bytes");
        }
        byte[] all = Files.readAllBytes(file);
        int body = MAGIC.length() + 65;
        if (all.length < body || !Arrays.equals(head(all, body), Arrays.copyOf(all, body))) {
            throw new IOException("snapshot file: damaged, or not one");
        }
        int config = body;
        while (all[config] != '\n') {
            config++;
        }
        Object json = Json.parse(Arrays.copyOfRange(all, body, config), Json.Limits.SNAPSHOT);
        if (!(json instanceof Map<?, ?> about) || !url.equals(about.get("url"))) {
            return null;
        }
        return new Content(
                Arrays.copyOfRange(all, config + 1, all.length),
                about.get("etag") instanceof String etag ? etag : null,
                EmergencyList.of(about.get("emergency")));
    }

    void write(Content content) throws IOException {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IOException("snapshot file: no folder to be in");
        }
        Files.createDirectories(folder);
        byte[] bytes = bytes(content);
        Path beside = Files.createTempFile(folder, "assay-", ".tmp");
        try {
            try (FileChannel out = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    out.write(rest);
                }
                out.force(true);
            }
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private byte[] bytes(Content content) throws IOException {
        Map<String, @Nullable Object> about = new LinkedHashMap<>();
        about.put("url", url);
        about.put("etag", content.etag());
        about.put("emergency", content.emergency().json());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] room = new byte[MAGIC.length() + 65];
        for (byte[] part : List.of(room, Json.bytes(about), new byte[] {'\n'}, content.config())) {
            out.write(part, 0, part.length);
        }
        byte[] all = out.toByteArray();
        System.arraycopy(head(all, room.length), 0, all, 0, room.length);
        return all;
    }

    private static byte[] head(byte[] all, int from) throws IOException {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(all, from, all.length - from);
            StringBuilder head = new StringBuilder(MAGIC);
            for (byte b : sha256.digest()) {
                head.append(Character.forDigit((b >> 4) & 15, 16)).append(Character.forDigit(b & 15, 16));
            }
            return head.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
