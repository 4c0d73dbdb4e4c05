package io.assay.drill;

import io.assay.testkit.RawHttp;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** All attacks on one node, one after the other, and how they were answered. */
final class Strikes {
    /** How many a second, where they go on while others ask. */
    static final int RATE = 100;

    private final Node node;
    private final List<Ready> attacks;
    private final List<Double> malformed = new ArrayList<>();
    private final Map<Integer, Integer> answers = new TreeMap<>();
    private final Map<String, Integer> wrong = new TreeMap<>();
    private int sent;

    /** An attack whose bytes are made before anybody is timed. */
    private record Ready(Attack attack, byte[] bytes) {}

    Strikes(Node node, List<Attack> attacks) {
        this.node = node;
        this.attacks = attacks.stream()
                .map(attack -> new Ready(attack, attack.bytes()))
                .toList();
    }

    int count() {
        return attacks.size();
    }

    int sent() {
        return sent;
    }

    /** Each once, as quickly as it goes. */
    void once() throws IOException {
        for (int i = 0; i < attacks.size(); i++) {
            strike();
        }
    }

    /** All in turn as quickly as it goes, for so long. */
    void hurry(Duration time) throws IOException {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < time.toNanos()) {
            strike();
        }
    }

    /** All in turn at {@link #RATE}, for so long; behind it, it hurries. */
    void last(Duration time) throws IOException {
        long begun = System.nanoTime();
        for (int i = 0; i * (1_000_000_000L / RATE) < time.toNanos(); i++) {
            long due = begun + i * (1_000_000_000L / RATE);
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            strike();
        }
    }

    /** The next one. */
    private void strike() throws IOException {
        Ready ready = attacks.get(sent++ % attacks.size());
        Attack attack = ready.attack;
        long begun = System.nanoTime();
        int status = status(ready);
        if (attack.name().startsWith("malformed")) {
            malformed.add((System.nanoTime() - begun) / 1e6);
        }
        answers.merge(status, 1, Integer::sum);
        if (!attack.statuses().contains(status)) {
            wrong.merge(attack.name() + " " + status + " not " + attack.statuses(), 1, Integer::sum);
        }
    }

    /** What it is answered; 0 for nothing, which is as good as a refusal for one that does not read it while it still sends. */
    private int status(Ready ready) throws IOException {
        try (RawHttp client =
                RawHttp.connect(node.uri(ready.attack.portOffset(), "/").getPort())) {
            boolean whole = true;
            try {
                client.send(ready.bytes);
            } catch (IOException e) {
                whole = false; // it was refused before its end
            }
            try {
                return client.status();
            } catch (IOException e) {
                if (whole) {
                    throw e;
                }
                return 0;
            }
        }
    }

    /** How all were answered. */
    void judge(Report report) {
        report.note("answers by status: " + answers);
        report.check("answers that are not as promised", wrong.isEmpty(), wrong, "none");
    }

    /** In milliseconds, the middle one of all malformed bodies: the first ones meet code that was never run. */
    double medianOfMalformed() {
        List<Double> sorted = malformed.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
