package io.assay.snapshot;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What people have to look into: a gauge by kind and source, 0 when all is well, made for an alert rule. What
 * begins is logged once, and when it is over.
 */
final class Alarms {
    private static final Logger log = LoggerFactory.getLogger(Alarms.class);

    private final MeterRegistry registry;
    private final Map<String, AtomicLong> levels = new ConcurrentHashMap<>();

    Alarms(MeterRegistry registry) {
        this.registry = registry;
    }

    /** A source holds another content than this node under the same version. */
    void conflict(Kind kind, String source) {
        raise("conflict", kind, source, 1);
    }

    /** The origin of documents was set back behind what is served. Says whether that is news. */
    boolean behind(Kind kind, String source, Head there, Document own) {
        boolean news = raise("behind", kind, source, own.version() - there.version());
        if (news) {
            log.error(
                    "{} is back at {} {}; {} stays in force, and the next change gets a version above it",
                    source,
                    kind.text(),
                    there.version(),
                    own);
        }
        return news;
    }

    /** Neither is so, or not any more. */
    void clear(Kind kind, String source) {
        boolean agrees = raise("conflict", kind, source, 0);
        boolean caughtUp = raise("behind", kind, source, 0);
        if (agrees || caughtUp) {
            log.info("{} and this node are of one mind about {} again", source, kind.text());
        }
    }

    long level(String what, Kind kind, String source) {
        AtomicLong level = levels.get(key(what, kind, source));
        return level == null ? 0 : level.get();
    }

    /** Sets the level, which shows from then on, 0 as well; says whether the alarm began or ended by that. */
    private boolean raise(String what, Kind kind, String source, long level) {
        AtomicLong shown = levels.computeIfAbsent(key(what, kind, source), k -> show(what, kind, source));
        return shown.getAndSet(level) == 0 != (level == 0);
    }

    private AtomicLong show(String what, Kind kind, String source) {
        AtomicLong level = new AtomicLong();
        Gauge.builder("assay.snapshot." + what, level, AtomicLong::doubleValue)
                .description(
                        what.equals("behind")
                                ? "By how many versions the source is behind what this node serves"
                                : "1 while the source holds another content than this node under the same version")
                .tag("kind", kind.text())
                .tag("source", source)
                // the registry is all that outlives a feed which is gone, and NaN would be no answer
                .strongReference(true)
                .register(registry);
        return level;
    }

    private static String key(String what, Kind kind, String source) {
        return what + ' ' + kind.text() + ' ' + source;
    }
}
