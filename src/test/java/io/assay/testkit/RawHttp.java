package io.assay.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that sends exactly the bytes it is told to, as no HTTP client would. */
public final class RawHttp implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]+)");
    private final Socket socket;
    private final InputStream in;

    private RawHttp(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        socket.setSoTimeout(30_000);
    }

    public static RawHttp connect(int port) throws IOException {
        return new RawHttp(new Socket("127.0.0.1", port));
    }

    /** Sends a text, each character as one byte. */
    public RawHttp send(String latin1) throws IOException {
        return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawHttp send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** The next answer, head and body of the length it names; what came of it if the other side ends before. */
    public String answer() throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        int left = Integer.MAX_VALUE;
        while (left > 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            answer.write(next);
            left--;
            if (left > 1 << 30 && next == '\n' && text(answer).endsWith("\r\n\r\n")) {
                Matcher length = LENGTH.matcher(text(answer));
                left = length.find() ? Integer.parseInt(length.group(1)) : 0;
            }
        }
        return text(answer);
    }

    /** The status of the next answer; 0 if the other side ended the connection without one. */
    public int status() throws IOException {
        String answer = answer();
        return answer.matches("(?s)HTTP/1\\.[01] [0-9]{3}.*") ? Integer.parseInt(answer.substring(9, 12)) : 0;
    }

    /** Whether the other side ends the connection within its patience; what it still says is dropped. */
    public boolean isEnded() throws IOException {
        try {
            while (in.read() >= 0) {}
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // reset
        }
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
