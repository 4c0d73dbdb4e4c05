package io.assay.load;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.Random;

/** What {@link OpenLoop} sends. */
interface Workload {
    HttpMethod method();

    /** The status that a request should be answered with. */
    int expected();

    /** Where it goes unless an option says so. */
    String url();

    /** The path of a request. */
    String path(Random random);

    /** The body of the request of that number. */
    Buffer body(Random random, long number);
}
