package io.assay.client;

import java.time.Duration;

/** What a client has to the outside: a connection to a server, or nothing. */
interface Link {
    void open();

    void awaitReady(Duration atMost) throws InterruptedException;

    boolean flush(Duration atMost) throws InterruptedException;

    void close();

    Listeners listeners();

    long emergencyVersion();

    long retries();

    Stats.Config config();

    /** No server: a snapshot that never changes, and events that go nowhere. */
    final class None implements Link {
        private final EventBuffer events;
        private final Listeners listeners = new Listeners(new Trouble());

        None(EventBuffer events) {
            this.events = events;
        }

        @Override
        public void open() {}

        @Override
        public void awaitReady(Duration atMost) {}

        @Override
        public boolean flush(Duration atMost) {
            return events.queued() == 0;
        }

        @Override
        public void close() {
            events.end();
        }

        @Override
        public Listeners listeners() {
            return listeners;
        }

        @Override
        public long emergencyVersion() {
            return 0;
        }

        @Override
        public long retries() {
            return 0;
        }

        @Override
        public Stats.Config config() {
            return new Stats.Config(0, 0, 0, 0, 0, 0);
        }
    }
}
