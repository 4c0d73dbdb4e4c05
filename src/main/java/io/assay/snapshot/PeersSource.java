package io.assay.snapshot;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.EntryListener;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.MapEvent;
import com.hazelcast.replicatedmap.ReplicatedMap;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory of the cluster: a replicated map, so that what one node writes is in every other node's own memory in
 * milliseconds. All calls stand in a line of their own off the event loops: a write may wait for a member that hangs.
 */
final class PeersSource implements DocumentSource {
    static final String NAME = "peers";
    static final String MAP = "assay.documents";

    private static final Logger log = LoggerFactory.getLogger(PeersSource.class);

    private final Context context;
    private final long intervalMillis;
    private final Future<ReplicatedMap<String, Object>> map;

    /** The map is set up at once: the first use of one takes a second or more. */
    PeersSource(HazelcastInstance hazelcast, Context context, long intervalMillis) {
        this.context = context;
        this.intervalMillis = intervalMillis;
        map = context.executeBlocking(() -> {
            ReplicatedMap<String, Object> opened = hazelcast.getReplicatedMap(MAP);
            log.debug("{} documents in the cluster", opened.size());
            return opened;
        });
    }

    /** Calls back, on a thread of Hazelcast, whenever any node wrote something. */
    void onUpdate(Runnable listener) {
        map.compose(opened -> context.executeBlocking(() -> opened.addEntryListener(new Updates(listener))))
                .onFailure(e -> listener.run());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public long intervalMillis() {
        return intervalMillis;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public Future<Map<Kind, Head>> heads() {
        return map.compose(opened -> context.executeBlocking(() -> {
            Map<Kind, Head> heads = new EnumMap<>(Kind.class);
            for (Kind kind : Kind.values()) {
                Head head = head(opened, kind);
                if (head != null) {
                    heads.put(kind, head);
                }
            }
            return heads;
        }));
    }

    @Override
    public Future<Document> read(Kind kind) {
        return map.compose(opened -> context.executeBlocking(() -> open(opened, kind)));
    }

    /** Not atomic among nodes, which the map can't do: a lower version that wins a race is found and rewritten. */
    @Override
    public Future<Boolean> write(Document document, @Nullable Head broken) {
        return map.compose(opened -> context.executeBlocking(() -> {
            Head there = head(opened, document.kind());
            boolean behind = there == null || there.version() < document.version() || there.equals(broken);
            if (behind) {
                opened.put(document.kind().text(), document.envelope());
            }
            return behind;
        }));
    }

    private static @Nullable Head head(ReplicatedMap<String, Object> map, Kind kind) {
        try {
            return map.containsKey(kind.text()) ? open(map, kind).head() : null;
        } catch (UnreadableDocumentException e) {
            return Head.UNREADABLE;
        }
    }

    private static Document open(ReplicatedMap<String, Object> map, Kind kind) throws UnreadableDocumentException {
        if (map.get(kind.text()) instanceof byte[] envelope) {
            return Document.open(kind, envelope);
        }
        throw new UnreadableDocumentException(kind.text() + ": no document");
    }

    /** One method for all that can happen to an entry. */
    private record Updates(Runnable listener) implements EntryListener<String, Object> {
        @Override
        public void entryAdded(EntryEvent<String, Object> event) {
            listener.run();
        }

        @Override
        public void entryUpdated(EntryEvent<String, Object> event) {
            listener.run();
        }

        @Override
        public void entryRemoved(EntryEvent<String, Object> event) {
            listener.run();
        }

        @Override
        public void entryEvicted(EntryEvent<String, Object> event) {
            listener.run();
        }

        @Override
        public void entryExpired(EntryEvent<String, Object> event) {
            listener.run();
        }

        @Override
        public void mapCleared(MapEvent event) {
            listener.run();
        }

        @Override
        public void mapEvicted(MapEvent event) {
            listener.run();
        }
    }
}
