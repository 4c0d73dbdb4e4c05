package io.assay.results;

import io.assay.analytics.ServedTotals;
import io.assay.catalog.MeasuredExperiment;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads results: from what this node or another one read less than a minute ago, else from the store, once for all who ask
 * meanwhile. When the store is away it is the last answer that counts. Belongs to one event loop.
 */
final class ResultsReader {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final Logger log = LoggerFactory.getLogger(ResultsReader.class);
    private static final long FRESH_MILLIS = 60_000;
    private static final long REREAD_MILLIS = 5_000;
    private static final long TIMEOUT_MILLIS = 5_000;
    private static final int KEPT_HERE = 500;
    private static final int NAMES_KEPT = 5_000;

    /** What is answered, and whether only because the store is away. */
    record Served(Answer answer, boolean stale) {}

    private final Function<String, Future<Optional<MeasuredExperiment>>> catalog;
    private final Function<String, Future<ServedTotals>> totals;
    private final AnswerCache shared;
    private final Clock clock;
    private final Map<String, Answer> here = newest(KEPT_HERE);
    /** Ids by name: neither ids nor keys ever change what they name. */
    private final Map<String, String> ids = newest(NAMES_KEPT);

    private final Map<String, Long> failures = newest(KEPT_HERE);
    private final Map<String, Future<Served>> inFlight = new HashMap<>();

    /** Where results come from. */
    record Sources(
            Function<String, Future<Optional<MeasuredExperiment>>> catalog,
            Function<String, Future<ServedTotals>> totals) {}

    ResultsReader(Sources sources, AnswerCache shared, Clock clock) {
        this.catalog = sources.catalog();
        this.totals = sources.totals();
        this.shared = shared;
        this.clock = clock;
    }

    /**
     * The results of the experiment of that id or key.
     *
     * @param anew reads them again, unless they were read within the last 5 s
     */
    Future<Served> read(String name, boolean anew) {
        if (!NAME.matcher(name).matches()) {
            return Future.failedFuture(unknown()); // goes into no log and no other store
        }
        String id = ids.get(name);
        return id != null ? readById(id, anew) : resolve(name).compose(found -> readById(found, anew));
    }

    /** With the catalog away a name that was never seen is taken for an id: there may be a last answer. */
    private Future<String> resolve(String name) {
        return catalog.apply(name)
                .map(found -> {
                    String id = found.orElseThrow(ResultsReader::unknown).id();
                    ids.put(name, id);
                    return id;
                })
                .recover(e -> isRefusal(e) ? Future.failedFuture(e) : Future.succeededFuture(name));
    }

    private Future<Served> readById(String id, boolean anew) {
        long maxAge = anew ? REREAD_MILLIS : FRESH_MILLIS;
        Answer known = here.get(id);
        if (known != null && known.ageMillis(clock.millis()) < maxAge) {
            return Future.succeededFuture(new Served(known, false));
        }
        String flight = (anew ? "anew " : "") + id;
        Future<Served> running = inFlight.get(flight);
        if (running == null) {
            running = look(id, maxAge);
            if (!running.isComplete()) {
                inFlight.put(flight, running);
                running.onComplete(done -> inFlight.remove(flight));
            }
        }
        return running;
    }

    private Future<Served> look(String id, long maxAge) {
        return shared.get(id).compose(found -> {
            found.ifPresent(this::keep);
            Answer known = here.get(id);
            long now = clock.millis();
            if (known != null && known.ageMillis(now) < maxAge) {
                return Future.succeededFuture(new Served(known, false));
            }
            Long failed = failures.get(id);
            if (known != null && failed != null && now - failed < REREAD_MILLIS) {
                return Future.succeededFuture(new Served(known, true));
            }
            return readAnew(id).recover(e -> instead(id, e));
        });
    }

    private Future<Served> readAnew(String id) {
        return catalog.apply(id)
                .compose(found -> {
                    MeasuredExperiment experiment = found.orElseThrow(ResultsReader::unknown);
                    return totals.apply(experiment.id())
                            .map(served -> Answer.of(new Report(experiment, served), clock.millis()));
                })
                .timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .compose(answer -> {
                    keep(answer);
                    failures.remove(id);
                    return shared.put(answer).map(kept -> new Served(answer, false));
                });
    }

    private Future<Served> instead(String id, Throwable failure) {
        if (isRefusal(failure)) {
            return Future.failedFuture(failure);
        }
        Answer known = here.get(id);
        if (known == null) {
            log.warn("No results of {}: {}", id, String.valueOf(failure));
            return Future.failedFuture(ApiError.unavailable("The results can't be read at the moment.", 5));
        }
        log.warn("Old results of {}: {}", id, String.valueOf(failure));
        failures.put(id, clock.millis());
        return Future.succeededFuture(new Served(known, true));
    }

    private void keep(Answer answer) {
        @Nullable Answer other = here.get(answer.experimentId());
        if (other == null || other.readMillis() <= answer.readMillis()) {
            here.put(answer.experimentId(), answer);
        }
    }

    private static boolean isRefusal(Throwable failure) {
        return failure instanceof ApiError error && error.status() < 500;
    }

    private static ApiError unknown() {
        return ApiError.notFound("There is no experiment of this id or key.");
    }

    private static <T> Map<String, T> newest(int count) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                return size() > count;
            }
        };
    }
}
