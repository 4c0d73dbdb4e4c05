package io.assay.drill;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What stands before the nodes anywhere else: it asks each whether it is ready, and sends traffic only to those that are. */
final class Balancer implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Traffic traffic;
    private final List<Node> nodes;
    private final Thread thread = new Thread(this::watch, "balancer");
    private volatile boolean over;
    private volatile List<Node> ready;
    private volatile long changed = System.nanoTime();

    private Balancer(Traffic traffic, List<Node> nodes) {
        this.traffic = traffic;
        this.nodes = List.copyOf(nodes);
        ready = this.nodes;
    }

    static Balancer before(List<Node> nodes, Traffic traffic) {
        Balancer balancer = new Balancer(traffic, nodes);
        balancer.thread.setDaemon(true);
        balancer.thread.start();
        return balancer;
    }

    private void watch() {
        while (!over) {
            List<Node> found = nodes.stream().filter(Node::isReady).toList();
            if (!found.isEmpty() && !found.equals(ready)) {
                ready = found;
                traffic.only(found);
                changed = System.nanoTime();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Those that it sends requests to. */
    List<Node> ready() {
        return ready;
    }

    /** When these last became others. */
    long changed() {
        return changed;
    }

    @Override
    public void close() {
        over = true;
    }
}
