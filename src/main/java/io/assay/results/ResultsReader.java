package io.assay.results;

import io.assay.catalog.MeasuredExperiment;
import io.assay.platform.ApiError;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
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
    /** With totals and series a part of the heap that is an eighth. */
    private static final long ROOM = Runtime.getRuntime().maxMemory() / 16;

    private static final int FAILURES_KEPT = 500;
    private static final int NAMES_KEPT = 5_000;

    /** What is answered, and whether only because the store is away. */
    record Served(Answer answer, boolean stale) {}

    private final Kind kind;
    private final AnswerCache shared;
    private final Clock clock;
    private final ResultsMeters meters;
    private final KeptAnswers here = new KeptAnswers(ROOM);
    /** Ids by name: neither ids nor keys ever change what they name. */
    private final Map<String, String> ids = Newest.map(NAMES_KEPT);

    private final Map<String, Long> failures = Newest.map(FAILURES_KEPT);
    private final Map<String, Future<Served>> inFlight = new HashMap<>();

    /**
     * What is read.
     *
     * @param name tells its answers from those of other kinds
     * @param catalog finds experiments by id or key
     * @param read makes the answer of that key about an experiment
     */
    record Kind(
            String name,
            Function<String, Future<Optional<MeasuredExperiment>>> catalog,
            BiFunction<String, MeasuredExperiment, Future<Answer>> read) {}

    ResultsReader(Kind kind, AnswerCache shared, Clock clock) {
        this.kind = kind;
        this.shared = shared;
        this.clock = clock;
        this.meters = new ResultsMeters(kind.name());
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
        return kind.catalog()
                .apply(name)
                .map(found -> {
                    String id = found.orElseThrow(ResultsReader::unknown).id();
                    ids.put(name, id);
                    return id;
                })
                .recover(e -> isRefusal(e) ? Future.failedFuture(e) : Future.succeededFuture(name));
    }

    private Future<Served> readById(String id, boolean anew) {
        long maxAge = anew ? REREAD_MILLIS : FRESH_MILLIS;
        Answer known = here.get(key(id));
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
        return shared.get(key(id)).compose(found -> {
            found.ifPresent(this::keep);
            Answer known = here.get(key(id));
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
        long begun = System.nanoTime();
        return kind.catalog()
                .apply(id)
                .compose(found -> kind.read().apply(key(id), found.orElseThrow(ResultsReader::unknown)))
                .timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .compose(answer -> {
                    meters.read(System.nanoTime() - begun);
                    keep(answer);
                    failures.remove(id);
                    return shared.put(answer).map(kept -> new Served(answer, false));
                });
    }

    private Future<Served> instead(String id, Throwable failure) {
        if (isRefusal(failure)) {
            return Future.failedFuture(failure);
        }
        meters.failed();
        Answer known = here.get(key(id));
        if (known == null) {
            log.warn("No {} of {}: {}", kind.name(), id, String.valueOf(failure));
            return Future.failedFuture(ApiError.unavailable("The results can't be read at the moment.", 5));
        }
        log.warn("Old {} of {}: {}", kind.name(), id, String.valueOf(failure));
        failures.put(id, clock.millis());
        return Future.succeededFuture(new Served(known, true));
    }

    private void keep(Answer answer) {
        @Nullable Answer other = here.get(answer.key());
        if (other == null || other.readMillis() <= answer.readMillis()) {
            here.put(answer);
        }
    }

    private String key(String id) {
        return Answer.key(kind.name(), id);
    }

    private static boolean isRefusal(Throwable failure) {
        return failure instanceof ApiError error && error.status() < 500;
    }

    private static ApiError unknown() {
        return ApiError.notFound("There is no experiment of this id or key.");
    }
}
