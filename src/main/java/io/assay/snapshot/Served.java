package io.assay.snapshot;

import io.assay.engine.Assigner;
import io.assay.engine.Snapshot;
import io.assay.protocol.SnapshotCodec;
import io.assay.protocol.SnapshotException;

/**
 * What this node serves at one moment: never changes, and is compiled and encoded once.
 *
 * @param assigner the compiled snapshot, with the emergency list already taken into account
 * @param source where the snapshot came from: {@code file}, {@code peers}, {@code redis}, {@code database}; {@code none} for
 *     a node that has none
 * @param forServers the snapshot as it is, with overrides
 * @param forClients the snapshot without overrides
 */
public record Served(
        Snapshot snapshot,
        Assigner assigner,
        Emergency emergency,
        String source,
        Representation forServers,
        Representation forClients) {
    /** The name of the source of a node that has no snapshot. */
    public static final String NO_SOURCE = "none";

    static final Served NOTHING = new Served(
            Snapshot.EMPTY,
            new Assigner(Snapshot.EMPTY),
            Emergency.NONE,
            NO_SOURCE,
            Representation.of(SnapshotCodec.encode(Snapshot.EMPTY, true)),
            Representation.of(SnapshotCodec.encode(Snapshot.EMPTY, false)));

    /** Whether this node has no snapshot, so that everybody is in nothing. */
    public boolean degraded() {
        return source.equals(NO_SOURCE);
    }

    Served with(Emergency list) {
        return new Served(snapshot, assigner.killing(list.killed()), list, source, forServers, forClients);
    }

    Served from(String confirmed) {
        return new Served(snapshot, assigner, emergency, confirmed, forServers, forClients);
    }

    /** Parses, compiles and checks a snapshot; the bytes are served as they came, to those who may see all of it. */
    Served with(Document document, String origin) throws UnreadableDocumentException {
        try {
            Snapshot parsed = SnapshotCodec.decode(document.bytes());
            if (parsed.version() != document.version()) {
                throw new UnreadableDocumentException(document + ": says that it is " + parsed.version());
            }
            Assigner compiled = new Assigner(parsed).killing(emergency.killed());
            byte[] again = SnapshotCodec.encode(parsed, true);
            require(SnapshotCodec.decode(again).equals(parsed), document, "does not survive encoding");
            String problem =
                    new SelfCheck(parsed, emergency.killed()).problem(compiled).orElse("");
            require(problem.isEmpty(), document, problem);
            return new Served(
                    parsed,
                    compiled,
                    emergency,
                    origin,
                    Representation.of(document.bytes()),
                    Representation.of(SnapshotCodec.encode(parsed, false)));
        } catch (SnapshotException | IllegalArgumentException e) {
            throw new UnreadableDocumentException(document + ": " + e.getMessage());
        }
    }

    private static void require(boolean holds, Document document, String problem) throws UnreadableDocumentException {
        if (!holds) {
            throw new UnreadableDocumentException(document + ": " + problem);
        }
    }
}
