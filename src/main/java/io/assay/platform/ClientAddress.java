package io.assay.platform;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/** The address that limits are counted for: the peer's, or the last forwarded hop behind a trusted proxy. */
public final class ClientAddress {
    private ClientAddress() {}

    public static String of(HttpServerRequest request, List<String> trustedProxies) {
        String peer = request.remoteAddress() == null
                ? "unknown"
                : String.valueOf(request.remoteAddress().hostAddress());
        List<String> lines = request.headers().getAll("X-Forwarded-For");
        if (lines.isEmpty() || !trustedProxies.contains(peer)) {
            return peer;
        }
        String forwarded = lines.get(lines.size() - 1); // a proxy may add a line of its own behind the caller's
        String last = forwarded.substring(forwarded.lastIndexOf(',') + 1).trim();
        return last.isEmpty() || last.length() > 64 ? peer : last;
    }
}
