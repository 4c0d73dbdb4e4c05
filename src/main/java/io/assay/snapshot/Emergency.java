package io.assay.snapshot;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * The emergency list: experiments that nobody is in, whatever the snapshot says.
 *
 * @param body {@code {version, killed}}, ready to be sent
 */
public record Emergency(long version, Set<String> killed, Representation body) {
    static final Emergency NONE = new Emergency(
            0, Set.of(), Representation.of("{\"version\":0,\"killed\":[]}".getBytes(StandardCharsets.UTF_8)));

    static Emergency parse(Document document) throws UnreadableDocumentException {
        Set<String> killed = Set.copyOf(Members.of(document).texts("killed"));
        return new Emergency(document.version(), killed, Representation.of(document.bytes()));
    }
}
