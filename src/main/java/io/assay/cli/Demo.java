package io.assay.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * {@code bin/assay demo}: plays users with a known true effect through the public interface and shows the results
 * beside the truth.
 */
final class Demo {
    private static final int USERS = 20_000;
    private static final int BATCH = 100;
    /** What a purchase costs on average: uniform from 5.00 to 95.00. */
    private static final double MEAN_PURCHASE = 50;

    private static final Map<String, Truth> TRUTH = new LinkedHashMap<>();

    static {
        TRUTH.put("control", new Truth(34, 0.100, 0.060));
        TRUTH.put("treatment_a", new Truth(33, 0.125, 0.075));
        TRUTH.put("treatment_b", new Truth(33, 0.090, 0.060));
    }

    private record Truth(int allocation, double conversionRate, double purchaseRate) {
        double meanRevenue() {
            return purchaseRate * MEAN_PURCHASE;
        }
    }

    /** What was sent for a variant; the results must say exactly this. */
    private static final class Sent {
        long users;
        long conversions;
        long revenueCents;
    }

    private final Api api;
    private final SplittableRandom random = new SplittableRandom(20_000);
    private final Map<String, Sent> sent = new LinkedHashMap<>();
    private final String key;

    private Demo(Api api) {
        this.api = api;
        this.key = "demo_" + Long.toString(System.currentTimeMillis(), 36);
        TRUTH.keySet().forEach(variant -> sent.put(variant, new Sent()));
    }

    static int run(List<String> words) throws InterruptedException {
        Options options = Options.parse(words, Set.of("--port", "--data"));
        if (!options.plain().isEmpty()) {
            throw new UsageException("usage: bin/assay demo [--data DIR] [--port N]");
        }
        try (Stack stack = Stack.open(options)) {
            return new Demo(new Api(stack)).play();
        }
    }

    private int play() throws InterruptedException {
        String id = api.create(definition()).getString("experiment_id");
        api.launch(id);
        awaitAssigned();
        System.out.println("Experiment " + key + " is active (" + id + ")");
        EventSender sender = new EventSender(api);
        Progress progress = new Progress(System.out, "Playing users", USERS);
        for (int first = 0; first < USERS; first += BATCH) {
            sender.send(batch(first));
            progress.at(first + BATCH);
        }
        sender.finish();
        if (!sender.rejected().isEmpty()) {
            throw new UsageException("events were refused: " + sender.rejected());
        }
        System.out.println("Waiting for the join");
        return show(api.resultsAfter(id, "all", sender.lastTaken()));
    }

    private JsonObject definition() {
        JsonArray variants = new JsonArray();
        TRUTH.forEach(
                (name, truth) -> variants.add(new JsonObject().put("key", name).put("allocation", truth.allocation())));
        return new JsonObject()
                .put("key", key)
                .put("description", "Simulated users with a known true effect")
                .put("variants", variants)
                .put("metrics", new JsonArray().add("signup_conversion").add("revenue_30d"));
    }

    /** A launch reaches every node within a second; the demo begins when it has. */
    private void awaitAssigned() throws InterruptedException {
        for (int tries = 0; tries < 200; tries++) {
            if (api.assignments("u0").join().getJsonObject("assignments").containsKey(key)) {
                return;
            }
            Thread.sleep(50);
        }
        throw new UsageException("the launched experiment is not assigned after 10 s");
    }

    private JsonArray batch(int first) {
        List<CompletableFuture<JsonObject>> answers = new ArrayList<>();
        for (int i = first; i < first + BATCH; i++) {
            answers.add(api.assignments(user(i)));
        }
        JsonArray batch = new JsonArray();
        for (int i = 0; i < BATCH; i++) {
            String variant = answers.get(i).join().getJsonObject("assignments").getString(key);
            batch.add(new JsonObject().put("user_id", user(first + i)).put("events", events(first + i, variant)));
        }
        return batch;
    }

    private JsonArray events(int user, String variant) {
        Truth truth = TRUTH.get(variant);
        Sent tally = sent.get(variant);
        if (truth == null || tally == null) {
            throw new UsageException("user " + user(user) + " got the variant " + variant);
        }
        long now = System.currentTimeMillis();
        tally.users++;
        JsonArray events = new JsonArray()
                .add(event(now, key + "-x-" + user)
                        .put("type", "exposure")
                        .put("experiment", key)
                        .put("variant", variant));
        if (random.nextDouble() < truth.conversionRate()) {
            tally.conversions++;
            events.add(event(now, key + "-c-" + user).put("name", "signup_conversion"));
        }
        if (random.nextDouble() < truth.purchaseRate()) {
            int cents = 500 + random.nextInt(9001);
            tally.revenueCents += cents;
            events.add(event(now, key + "-p-" + user)
                    .put("name", "purchase")
                    .put("value", java.math.BigDecimal.valueOf(cents, 2)));
        }
        return events;
    }

    private static JsonObject event(long timestamp, String id) {
        return new JsonObject().put("timestamp", timestamp).put("id", id);
    }

    private String user(int number) {
        return key + "-u" + number;
    }

    private int show(JsonObject results) {
        Table table = new Table(
                "variant",
                "users",
                "conversions",
                "rate",
                "truth",
                "z",
                "revenue",
                "per user",
                "truth",
                "z",
                "as sent");
        boolean exact = true;
        boolean near = true;
        for (Object row : results.getJsonArray("variants")) {
            JsonObject variant = (JsonObject) row;
            String name = variant.getString("key");
            Truth truth = TRUTH.get(name);
            Sent tally = sent.get(name);
            if (truth == null || tally == null) {
                throw new UsageException("the results hold a variant " + name);
            }
            JsonObject signup = variant.getJsonObject("metrics").getJsonObject("signup_conversion");
            JsonObject revenue = variant.getJsonObject("metrics").getJsonObject("revenue_30d");
            double n = variant.getLong("exposures");
            double rate = signup.getDouble("rate");
            double mean = revenue.getDouble("mean_per_user");
            double rateZ = (rate - truth.conversionRate())
                    / Math.sqrt(truth.conversionRate() * (1 - truth.conversionRate()) / n);
            double meanZ = (mean - truth.meanRevenue())
                    / Math.sqrt((revenue.getDouble("sum_of_squares") / n - mean * mean) / n);
            boolean same = n == tally.users
                    && signup.getLong("conversions") == tally.conversions
                    && Math.round(revenue.getDouble("sum") * 100) == tally.revenueCents;
            exact &= same;
            near &= Math.abs(rateZ) < 4 && Math.abs(meanZ) < 4;
            table.row(List.of(
                    name,
                    format("%,.0f", n),
                    format("%,d", signup.getLong("conversions")),
                    format("%.4f", rate),
                    format("%.4f", truth.conversionRate()),
                    format("%+.1f", rateZ),
                    format("%,.2f", revenue.getDouble("sum")),
                    format("%.3f", mean),
                    format("%.3f", truth.meanRevenue()),
                    format("%+.1f", meanZ),
                    same ? "exact" : "DIFFERS"));
        }
        System.out.println();
        System.out.print(table);
        System.out.println();
        System.out.println(
                exact ? "Every event that was sent is counted once." : "The results differ from what was sent.");
        System.out.println(
                near
                        ? "The truth lies within sampling error (|z| < 4)."
                        : "The truth lies outside sampling error (|z| >= 4).");
        return exact && near ? 0 : 1;
    }

    private static String format(String pattern, Object value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
