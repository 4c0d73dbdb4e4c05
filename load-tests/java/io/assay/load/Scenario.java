package io.assay.load;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.Random;

/** What one request is. */
enum Scenario implements Workload {
    /** {@code GET /assignments}: a user out of ten million with a platform. */
    ASSIGNMENTS(HttpMethod.GET, 200, "http://127.0.0.1:8083", 0) {
        @Override
        public String path(Random random) {
            return "/assignments?user_id=u" + user(random) + "&platform=web";
        }
    },

    /** {@code POST /events}: a purchase of such a user. */
    PURCHASES(HttpMethod.POST, 201, "http://127.0.0.1:8084", 1) {
        @Override
        public Buffer body(Random random, long number) {
            return Buffer.buffer("{\"user_id\":\"u" + user(random) + "\",\"events\":[" + purchase(random) + "]}");
        }
    },

    /** {@code POST /events}: 100 purchases of as many of them. */
    BATCHES(HttpMethod.POST, 201, "http://127.0.0.1:8084", 100) {
        @Override
        public Buffer body(Random random, long number) {
            StringBuilder body = new StringBuilder("{\"batch\":[");
            for (int i = 0; i < events; i++) {
                body.append(i == 0 ? "" : ",")
                        .append("{\"user_id\":\"u")
                        .append(user(random))
                        .append("\",\"events\":[")
                        .append(purchase(random))
                        .append("]}");
            }
            return Buffer.buffer(body.append("]}").toString());
        }
    };

    private final HttpMethod method;
    private final int expected;
    private final String url;

    /** How many there are in one request. */
    final int events;

    Scenario(HttpMethod method, int expected, String url, int events) {
        this.method = method;
        this.expected = expected;
        this.url = url;
        this.events = events;
    }

    @Override
    public HttpMethod method() {
        return method;
    }

    @Override
    public int expected() {
        return expected;
    }

    @Override
    public String url() {
        return url;
    }

    @Override
    public String path(Random random) {
        return "/events";
    }

    @Override
    public Buffer body(Random random, long number) {
        return Buffer.buffer();
    }

    static int user(Random random) {
        return 1_000_000 + random.nextInt(9_000_000);
    }

    /** With an id of its own, as SDKs send them. */
    private static String purchase(Random random) {
        return "{\"name\":\"purchase\",\"value\":" + random.nextInt(100) + ".5,\"id\":\""
                + Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong()) + "\"}";
    }
}
