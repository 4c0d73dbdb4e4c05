package io.assay.load;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.Random;

/** What one request is. */
enum Scenario {
    /** {@code GET /assignments}: a user out of ten million with a platform. */
    ASSIGNMENTS(HttpMethod.GET, 200, "http://127.0.0.1:8083") {
        @Override
        String path(Random random) {
            return "/assignments?user_id=u" + user(random) + "&platform=web";
        }

        @Override
        Buffer body(Random random) {
            return Buffer.buffer();
        }
    },

    /** {@code POST /events}: a purchase of such a user. */
    EVENTS(HttpMethod.POST, 201, "http://127.0.0.1:8084") {
        @Override
        String path(Random random) {
            return "/events";
        }

        @Override
        Buffer body(Random random) {
            return Buffer.buffer("{\"user_id\":\"u" + user(random) + "\",\"events\":[{\"name\":\"purchase\",\"value\":"
                    + random.nextInt(100) + ".5}]}");
        }
    };

    final HttpMethod method;
    final int expected;
    final String url;

    Scenario(HttpMethod method, int expected, String url) {
        this.method = method;
        this.expected = expected;
        this.url = url;
    }

    abstract String path(Random random);

    abstract Buffer body(Random random);

    static int user(Random random) {
        return 1_000_000 + random.nextInt(9_000_000);
    }
}
