package io.assay.load;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.Random;

/** {@code POST /events}: a user who sees a variant and buys twice; the ids of the purchases tell the number of the request. */
final class Journeys implements Workload {
    /** Events of one request. */
    static final int EVENTS = 3;

    private final String experiment;

    Journeys(String experiment) {
        this.experiment = experiment;
    }

    /** The number in an id, or -1. */
    static long number(String id) {
        return id.matches("j[0-9]+-[12]") ? Long.parseLong(id.substring(1, id.indexOf('-'))) : -1;
    }

    @Override
    public HttpMethod method() {
        return HttpMethod.POST;
    }

    @Override
    public int expected() {
        return 201;
    }

    @Override
    public String url() {
        return Scenario.PURCHASES.url();
    }

    @Override
    public String path(Random random) {
        return "/events";
    }

    @Override
    public Buffer body(Random random, long number) {
        String variant = random.nextBoolean() ? "control" : "blue";
        return Buffer.buffer(
                """
                {"user_id":"u%d","events":[{"type":"exposure","experiment":"%s","variant":"%s","id":"j%d-0"},\
                {"name":"purchase","value":%d.25,"id":"j%d-1"},{"name":"purchase","value":1,"id":"j%d-2"}]}"""
                        .formatted(
                                Scenario.user(random),
                                experiment,
                                variant,
                                number,
                                random.nextInt(100),
                                number,
                                number));
    }
}
