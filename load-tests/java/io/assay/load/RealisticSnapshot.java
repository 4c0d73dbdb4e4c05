package io.assay.load;

import io.assay.engine.Experiment;
import io.assay.engine.Holdout;
import io.assay.engine.Layer;
import io.assay.engine.Rule;
import io.assay.engine.Slots;
import io.assay.engine.Snapshot;
import io.assay.engine.Targeting;
import io.assay.engine.Variant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Makes a snapshot with the variety of real ones, the same each time. */
final class RealisticSnapshot {
    private static final String[] AREAS = {
        "signup", "checkout", "home", "search", "pricing", "cart", "profile", "onboarding", "product_page", "email"
    };
    private static final String[] PARTS = {
        "button_color",
        "headline",
        "hero_image",
        "ranking",
        "layout",
        "free_shipping",
        "recommendations",
        "trial_length",
        "form_fields",
        "sticky_header",
        "badges",
        "price_format",
        "reviews",
        "tooltip",
        "copy"
    };
    private static final String[] ARMS = {"treatment_a", "treatment_b", "treatment_c"};
    private static final String[] COLORS = {"green", "blue", "orange", "dark_red", "#1a73e8"};
    private static final String[] SEGMENTS = {"new_users", "returning", "premium", "churn_risk", "newsletter"};
    private static final int SHARED_LAYERS = 25;

    private final Random random = new Random(1);
    private final Layer[] layers = new Layer[SHARED_LAYERS];
    private final int count;
    private final int width;

    RealisticSnapshot(int count) {
        this.count = count;
        width = Slots.COUNT / (count / 2 / SHARED_LAYERS + 1);
        for (int i = 0; i < SHARED_LAYERS; i++) {
            layers[i] = new Layer(AREAS[i % AREAS.length] + (i < AREAS.length ? "" : "_" + i / AREAS.length), salt());
        }
    }

    Snapshot build() {
        List<Experiment> experiments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            experiments.add(experiment(i));
        }
        experiments.sort(Comparator.comparing(Experiment::key));
        return new Snapshot(1234, new Holdout(salt(), Slots.of(new int[] {0, 200})), experiments);
    }

    private Experiment experiment(int i) {
        boolean isShared = i % 2 == 0;
        int from = i / 2 / SHARED_LAYERS * width;
        Slots shared = Slots.of(new int[] {from, from + width / (1 + random.nextInt(2))});
        Slots own = random.nextInt(4) == 0 ? Slots.of(new int[] {0, 1000 * (1 + random.nextInt(9))}) : Slots.ALL;
        String key =
                AREAS[i % AREAS.length] + "_" + PARTS[i / AREAS.length % PARTS.length] + (i < 150 ? "" : "_" + i / 150);
        return new Experiment(
                id(),
                key,
                salt(),
                isShared ? layers[i / 2 % SHARED_LAYERS] : new Layer(null, salt()),
                isShared ? shared : own,
                variants(),
                i % 3 == 0 ? targeting() : null,
                i % 20 == 0 ? Map.of("qa-user-" + random.nextInt(100), "treatment_a") : Map.of());
    }

    private List<Variant> variants() {
        int dice = random.nextInt(10);
        int arms = dice < 6 ? 1 : dice < 9 ? 2 : 3;
        int share = 10_000 / (arms + 1);
        List<Variant> variants = new ArrayList<>(List.of(Variant.of("control", 10_000 - arms * share)));
        for (int arm = 0; arm < arms; arm++) {
            variants.add(new Variant(ARMS[arm], share, config(), false));
        }
        return variants;
    }

    private String config() {
        return switch (random.nextInt(4)) {
            case 0 -> Variant.NO_CONFIG;
            case 1 -> "{\"color\":\"" + one(COLORS) + "\"}";
            case 2 -> "{\"enabled\":true,\"max_items\":" + (1 + random.nextInt(12)) + "}";
            default -> "{\"title\":\"Save " + 5 * (1 + random.nextInt(10)) + "% today\"}";
        };
    }

    private @Nullable Targeting targeting() {
        List<String> platforms = random.nextBoolean() ? List.of("web") : List.of("ios", "android");
        List<String> segments = random.nextBoolean() ? List.of(one(SEGMENTS)) : List.of();
        List<Rule> rules =
                switch (random.nextInt(3)) {
                    case 0 -> List.of(new Rule("country", "in", List.of("SE", "DE", "FR")));
                    case 1 -> List.of(new Rule("age", "gte", List.of(18)));
                    default -> List.of();
                };
        return new Targeting(platforms, segments, rules);
    }

    private String one(String[] of) {
        return of[random.nextInt(of.length)];
    }

    private String id() {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            id.append(Character.forDigit(random.nextInt(36), 36));
        }
        return id.toString();
    }

    private String salt() {
        return Samples.salt(random);
    }
}
