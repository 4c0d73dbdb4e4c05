package io.assay.drill;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One command to Redis, on a connection of its own. */
public final class RedisCommand {
    private static final int PATIENCE_MILLIS = 5_000;

    private RedisCommand() {}

    /** The answer as Redis writes it: its first line, or the bytes of a string. */
    public static String send(int port, Object... words) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(encode(words));
            InputStream in = socket.getInputStream();
            String line = line(in);
            if (line.startsWith("-")) {
                throw new IOException("Redis: " + line);
            }
            if (!line.startsWith("$") || line.equals("$-1")) {
                return line;
            }
            return new String(in.readNBytes(Integer.parseInt(line.substring(1))), StandardCharsets.UTF_8);
        }
    }

    private static byte[] encode(Object... words) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(("*" + words.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (Object word : words) {
            byte[] raw =
                    word instanceof byte[] given ? given : String.valueOf(word).getBytes(StandardCharsets.UTF_8);
            bytes.write(("$" + raw.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            bytes.write(raw);
            bytes.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("Redis closed the connection");
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
