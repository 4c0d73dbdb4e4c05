package io.assay.catalog;

import io.assay.catalog.SlotBook.Entry;
import io.assay.engine.Slots;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** A shared layer as it is shown: who has which of its slots, which were had before, and which never. */
final class LayerView {
    private final Row layer;
    private final List<Entry> entries;
    private final List<Row> members;

    /** {@code members}: the experiments in it, in the order in which they are shown. */
    LayerView(Row layer, List<Entry> entries, List<Row> members) {
        this.layer = layer;
        this.entries =
                entries.stream().sorted(Comparator.comparing(Entry::from)).toList();
        this.members = members;
    }

    Map<String, Object> toMap() {
        Slots free = without(entry -> entry.freedAt() == null);
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("key", layer.getString("key"));
        view.put("free_percent", Percent.of(free.size()));
        view.put("free_slots", ExperimentJson.ranges(free));
        view.put("unused_slots", ExperimentJson.ranges(without(entry -> true)));
        view.put("freed", freed());
        view.put("experiments", members.stream().map(this::member).toList());
        view.put("created_at", String.valueOf(ExperimentRows.instant(layer, "created_at")));
        return view;
    }

    /** All slots but those of these entries. */
    private Slots without(Predicate<Entry> which) {
        List<int[]> gaps = new ArrayList<>();
        int from = 0;
        for (Entry entry : entries) {
            if (which.test(entry)) {
                gaps.add(new int[] {from, entry.from()});
                from = entry.to();
            }
        }
        gaps.add(new int[] {from, Percent.ALL});
        return Slots.of(gaps.toArray(int[][]::new));
    }

    /** What is free and was used, in the order in which it will be given out. */
    private List<Map<String, Object>> freed() {
        Map<String, List<Entry>> hands = new LinkedHashMap<>();
        entries.stream()
                .filter(entry -> entry.freedAt() != null)
                .sorted(Comparator.comparing(LayerView::freedAt))
                .forEach(entry -> hands.computeIfAbsent(
                                entry.experimentId() + entry.freedAt(), hand -> new ArrayList<>())
                        .add(entry));
        return hands.values().stream().map(LayerView::hand).toList();
    }

    private static Map<String, Object> hand(List<Entry> entries) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("slots", slots(entries));
        view.put("experiment_id", entries.get(0).experimentId());
        view.put("freed_at", freedAt(entries.get(0)).toString());
        return view;
    }

    private static Instant freedAt(Entry entry) {
        return Objects.requireNonNull(entry.freedAt());
    }

    private static List<List<Integer>> slots(List<Entry> entries) {
        return ExperimentJson.ranges(
                Slots.of(entries.stream().map(e -> new int[] {e.from(), e.to()}).toArray(int[][]::new)));
    }

    private Map<String, Object> member(Row row) {
        String id = row.getString("id");
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("experiment_id", id);
        view.put("key", row.getString("key"));
        view.put("status", row.getString("status"));
        view.put(
                "slots",
                slots(entries.stream()
                        .filter(entry ->
                                entry.freedAt() == null && entry.experimentId().equals(id))
                        .toList()));
        return view;
    }
}
