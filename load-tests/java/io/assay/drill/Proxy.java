package io.assay.drill;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A port of this machine in front of a server, whose connections can be cut, be made to hang, and be given back. */
public final class Proxy implements AutoCloseable {
    private static final int BUFFER = 16_384;

    /** Tells of a connection, from the port that it came from and the one that it came to, whether it has to wait now. */
    interface Rule {
        BooleanSupplier holds(int from, int to) throws IOException;
    }

    /** Sees what one client sends. */
    interface Tap {
        /** Before it is passed on; if not, the connection is cut instead. */
        boolean passes(byte[] bytes, int length);

        /** After it was. */
        void passed();
    }

    private static final Tap BLIND = new Tap() {
        @Override
        public boolean passes(byte[] bytes, int length) {
            return true;
        }

        @Override
        public void passed() {}
    };

    private final int target;
    private final Rule rule;
    private final Supplier<Tap> taps;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private ServerSocket listening;
    private boolean hanging;
    private volatile long slowNanos;

    private Proxy(int target, Rule rule, Supplier<Tap> taps) throws IOException {
        this.target = target;
        this.rule = rule;
        this.taps = taps;
        listening = listen(0);
        port = listening.getLocalPort();
        accept(listening);
    }

    /** In front of a port of loopback. */
    public static Proxy to(int target) throws IOException {
        return to(target, (from, to) -> () -> false);
    }

    /** The same, with a rule for each connection; after a change of its mind it calls {@link #look}. */
    static Proxy to(int target, Rule rule) throws IOException {
        return to(target, rule, () -> BLIND);
    }

    /** The same, with a tap for each connection. */
    static Proxy to(int target, Rule rule, Supplier<Tap> taps) throws IOException {
        return new Proxy(target, rule, taps);
    }

    /** Lets go what the rule holds no more. */
    synchronized void look() {
        notifyAll();
    }

    public int port() {
        return port;
    }

    /** Resets all connections and refuses new ones, as a machine without the server does. */
    public synchronized void cut() throws IOException {
        listening.close();
        open.forEach(socket -> close(socket, true));
        hanging = false;
        notifyAll();
    }

    /** Resets all connections, and takes new ones. */
    public synchronized void drop() {
        open.forEach(socket -> close(socket, true));
    }

    /** Says nothing more on any connection; takes new ones, and says nothing there either. */
    public synchronized void hang() {
        hanging = true;
    }

    /** What the server says arrives that much later from now on. */
    public void slow(Duration delay) {
        slowNanos = delay.toNanos();
    }

    /** Lets through what waited and what comes. */
    public synchronized void restore() throws IOException {
        hanging = false;
        notifyAll();
        if (listening.isClosed()) {
            listening = listen(port);
            accept(listening);
        }
    }

    @Override
    public void close() {
        try {
            cut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
        return socket;
    }

    private void accept(ServerSocket from) {
        start(() -> {
            while (true) {
                Socket client = from.accept();
                open.add(client);
                start(() -> connect(client));
            }
        });
    }

    private void connect(Socket client) throws IOException {
        Socket server = new Socket();
        BooleanSupplier held;
        try {
            held = rule.holds(client.getPort(), port);
            awaitFlow(held);
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            open.add(server);
        } catch (IOException e) {
            end(client, server);
            return;
        }
        Tap tap = taps.get();
        start(() -> pass(client, server, held, tap));
        pass(server, client, held, null);
    }

    /** The tap is the client's; without one these are the answers, and may be slow. */
    private void pass(Socket from, Socket to, BooleanSupplier held, Tap tap) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (tap == null) {
                    dawdle();
                }
                awaitFlow(held);
                if (tap != null && !tap.passes(buffer, read)) {
                    return;
                }
                out.write(buffer, 0, read);
                if (tap != null) {
                    tap.passed();
                }
            }
            awaitFlow(held);
        } catch (IOException e) {
            // one side is gone: so is the other in a moment
        } finally {
            end(from, to);
        }
    }

    private void dawdle() {
        long end = System.nanoTime() + slowNanos;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private synchronized void awaitFlow(BooleanSupplier held) throws IOException {
        try {
            while (hanging || held.getAsBoolean()) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private void end(Socket one, Socket other) {
        close(one, false);
        close(other, false);
        open.remove(one);
        open.remove(other);
    }

    private static void close(Socket socket, boolean reset) {
        try {
            if (reset) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            // it is closed already
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // closed: this part is over
                    }
                },
                "proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
