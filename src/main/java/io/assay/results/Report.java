package io.assay.results;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is answered about an experiment, in each of its forms. */
interface Report {
    /** The forms there are of it. */
    List<Form> forms();

    /** Up to when the log is in it; null as long as a partition has not reported. */
    @Nullable
    Instant asOf();

    /** The answer; {@link Answer#LAG} stays open, because answers are kept. */
    JsonObject json(Form form);

    /** The same as a tidy table. */
    String csv(Form form);
}
