package io.assay.drill;

import java.io.IOException;
import java.util.stream.Stream;

/** What is done to processes from outside. */
enum Signal {
    KILL,
    STOP,
    CONT;

    void send(long pid) throws IOException {
        int exit = new ProcessBuilder("sh", "-c", "kill -" + name() + " " + pid)
                .start()
                .onExit()
                .join()
                .exitValue();
        if (exit != 0 && ProcessHandle.of(pid).isPresent()) {
            throw new IOException("process " + pid + " can't be sent " + name());
        }
    }

    /** To a process and to all that it started; the process itself first, so that it starts no more. */
    void sendToAll(long pid) throws IOException {
        send(pid);
        try (Stream<ProcessHandle> children =
                ProcessHandle.of(pid).map(ProcessHandle::descendants).orElse(Stream.empty())) {
            for (ProcessHandle child : children.toList()) {
                send(child.pid());
            }
        }
    }
}
