package io.assay.snapshot;

import io.assay.engine.Experiment;
import io.assay.engine.Layer;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Variant;
import io.assay.protocol.SnapshotCodec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Documents for tests: whole, readable and small. */
public final class Documents {
    private Documents() {}

    /** Experiments of these keys, each 50/50 for everybody, with an override for {@code qa}. */
    public static Snapshot snapshot(long version, String... keys) {
        List<Experiment> experiments =
                Stream.of(keys).sorted().map(Documents::experiment).toList();
        return new Snapshot(version, null, experiments);
    }

    private static Experiment experiment(String key) {
        String salt = "%08x".formatted(key.hashCode());
        String layer = "%08x".formatted(~key.hashCode());
        List<Variant> variants = List.of(Variant.of("control", 5000), Variant.of("blue", 5000));
        return new Experiment(
                "id_" + key, key, salt, new Layer(null, layer), Slots.ALL, variants, null, Map.of("qa", "blue"));
    }

    public static Document config(long version, String... keys) {
        return Document.of(Kind.CONFIG, version, SnapshotCodec.encode(snapshot(version, keys), true));
    }

    public static Document emergency(long version, String... killed) {
        String list = String.join(",", Stream.of(killed).map(k -> '"' + k + '"').toList());
        return document(Kind.EMERGENCY, version, "{\"version\":%d,\"killed\":[%s]}".formatted(version, list));
    }

    public static Document keys(long version, Map<String, Scope> texts) {
        List<String> keys = texts.entrySet().stream()
                .map(e -> "{\"id\":\"%s\",\"sha256\":\"%s\",\"scope\":\"%s\"}"
                        .formatted(
                                e.getValue().text(),
                                Sha256.hex(e.getKey().getBytes(StandardCharsets.UTF_8)),
                                e.getValue().text()))
                .toList();
        return document(
                Kind.KEYS, version, "{\"version\":%d,\"keys\":[%s]}".formatted(version, String.join(",", keys)));
    }

    public static Document document(Kind kind, long version, String body) {
        return Document.of(kind, version, body.getBytes(StandardCharsets.UTF_8));
    }
}
