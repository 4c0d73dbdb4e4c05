package io.assay.drill;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A request that means no good, byte for byte, and what it has to be answered with.
 *
 * @param portOffset the stage that it goes to; 0 is the door
 * @param statuses one of them; 0 is the end of the connection without an answer
 */
record Attack(String name, int portOffset, String request, Set<Integer> statuses) {
    private static final int DOOR = 0;
    private static final int ADMIN = 1;
    private static final int CONFIG = 2;
    private static final int ASSIGNMENT = 3;
    private static final int RESULTS = 5;
    private static final String SQL = "'; drop table catalog.experiments; --";

    /** All of them, with a key of scope server and one of scope admin; what stands in them must not be found in any log. */
    static List<Attack> all(String server, String admin, String planted) {
        List<Attack> all = new ArrayList<>();
        questions(all, "X-API-Key: " + server + "\r\n", planted);
        for (String body : malformed(planted)) {
            all.add(post("malformed question", ASSIGNMENT, "/assignments", server, body, 400));
            all.add(post("malformed definition", ADMIN, "/experiments", admin, body, 400));
            all.add(post("malformed through the door", DOOR, "/assignments", server, body, 400));
        }
        definitions(all, admin, planted);
        transports(all, server, admin, planted);
        return all;
    }

    private static void questions(List<Attack> all, String key, String planted) {
        for (int port : new int[] {ASSIGNMENT, DOOR}) {
            for (String query : List.of(
                    "user_id=%00" + planted,
                    "user_id=a%0d%0aSet-Cookie:" + planted,
                    "user_id=%ff%fe" + planted,
                    "user_id=%zz" + planted,
                    "user_id=" + planted.repeat(40),
                    "user_id=a&user_id=" + planted,
                    "user_id=u" + "&a=b".repeat(201))) {
                all.add(get("question", port, "/assignments?" + query, key, 400));
            }
            all.add(get("SQL as a question", port, "/assignments?user_id=" + planted + "&%27%3B--=%27%3B--", key, 200));
            all.add(get("address without end", port, "/assignments?" + planted.repeat(1_300), key, 414));
            all.add(get(
                    "head without end", port, "/assignments", key + ("X-" + planted + ": a\r\n").repeat(1_000), 431));
            all.add(get("NUL in a header", port, "/assignments", key + "X-A: \0" + planted + "\r\n", 400));
            all.add(get("no key", port, "/assignments?user_id=" + planted, "", 401));
        }
        all.add(get("broken address", DOOR, "/config?%zz" + planted, key, 400));
        all.add(get(
                "odd name",
                RESULTS,
                "/experiments/a%0d%0a12:00:00.000%20ERROR%20" + planted + "/results",
                "X-API-Key: x\r\n",
                401,
                429));
        all.add(get("names of operators", DOOR, "/experiments/%2e%2e/metrics?" + planted, key, 404));
    }

    /** What no body may be. */
    private static List<String> malformed(String planted) {
        return List.of(
                "[".repeat(20_000),
                "{\"a\":".repeat(5_000) + "1",
                "{" + colliding(1_500) + "}",
                "{\"" + planted + "\":NaN}",
                "{\"user_id\":\"" + planted + "\",\"user_id\":\"b\"}",
                "{\"user_id\":\"\\ud800" + planted + "\"}",
                "{\"user_id\":\"" + planted + "\u00ff\"}",
                "{\"user_id\":\"" + planted + "\0\"}",
                "{\"user_id\":\"" + planted + "\"}}",
                "{\"user_id\":\"" + planted,
                "{\"user_id\":1e1000000000}",
                "{\"user_id\":" + "9".repeat(10_000) + "}",
                "\"" + planted + "\"",
                "");
    }

    private static void definitions(List<Attack> all, String admin, String planted) {
        String quoted = SQL.replace("'", "\\u0027") + planted;
        for (String name : List.of(SQL, "__proto__", "a\\u0000b", "a\\r\\nb", planted.repeat(20))) {
            String body =
                    "{\"key\":\"%s\",\"variants\":[{\"key\":\"control\",\"allocation\":50},{\"key\":\"%s\",\"allocation\":50}]}";
            all.add(post(
                    "SQL in a definition", ADMIN, "/experiments", admin, body.formatted(name, name), 422, 201, 409));
            all.add(post("SQL in a layer", ADMIN, "/layers", admin, "{\"key\":\"" + name + "\"}", 422, 201, 409));
            all.add(post(
                    "unknown member", ADMIN, "/experiments", admin, "{\"" + name + "\":\"" + quoted + "\"}", 422, 400));
            all.add(post(
                    "key of odd scope", ADMIN, "/keys", admin, "{\"name\":\"a\",\"scope\":\"" + name + "\"}", 422));
        }
        String key = "X-API-Key: " + admin + "\r\n";
        all.add(get("NUL in a name", ADMIN, "/experiments/%00" + planted, key, 404));
        all.add(get("SQL in a name", ADMIN, "/experiments/%27%3Bdrop%20table%20x--" + planted, key, 404));
        all.add(get("SQL in a search", ADMIN, "/experiments?q=%27%3Bdrop%20table%20x--%25_" + planted, key, 200));
        all.add(get("line break in a status", ADMIN, "/experiments?status=%0d%0a" + planted, key, 400));
        all.add(get("a cursor that is none", ADMIN, "/experiments?cursor=%27--" + planted, key, 400));
    }

    private static void transports(List<Attack> all, String server, String admin, String planted) {
        String large = "x".repeat(2_000_000);
        for (int port : new int[] {ADMIN, DOOR}) {
            all.add(post("oversize", port, "/experiments", admin, large, 413));
            all.add(post("50,000 colliding names", port, "/experiments", admin, "{" + colliding(50_000) + "}", 413));
            all.add(new Attack(
                    "chunks without end",
                    port,
                    head("POST", "/experiments", admin, "Transfer-Encoding: chunked\r\n")
                            + ("8000\r\n" + "x".repeat(0x8000) + "\r\n").repeat(60),
                    Set.of(413)));
            all.add(post("bomb", port, "/experiments", admin, "Content-Encoding: gzip\r\n", Bomb.OF_ZEROS, 413));
            all.add(post(
                    "a coding nobody knows", port, "/experiments", admin, "Content-Encoding: br\r\n", planted, 415));
            all.add(new Attack(
                    "a coding that hides a request",
                    port,
                    head("POST", "/experiments", admin, "Transfer-Encoding: xchunked\r\n") + planted,
                    Set.of(400)));
        }
        all.add(post("oversize", ASSIGNMENT, "/assignments", server, large.substring(0, 70_000), 413));
        all.add(new Attack("no HTTP", CONFIG, planted + "\r\n\r\n", Set.of(400)));
        all.add(get("wrong key", CONFIG, "/config", "X-API-Key: wrong-" + planted + "\r\n", 401, 429));
        all.add(get("wrong key in the query", CONFIG, "/config?key=wrong-" + planted, "", 401, 429));
    }

    /** Names that all have the same {@link String#hashCode}. */
    private static String colliding(int names) {
        return IntStream.range(0, names)
                .mapToObj(i -> "\""
                        + IntStream.range(0, 16)
                                .mapToObj(bit -> (i >> bit & 1) == 0 ? "Aa" : "BB")
                                .collect(Collectors.joining())
                        + "\":1")
                .collect(Collectors.joining(","));
    }

    private static Attack get(String name, int port, String path, String headers, Integer... statuses) {
        return new Attack(name, port, "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n", Set.of(statuses));
    }

    private static Attack post(String name, int port, String path, String key, String body, Integer... statuses) {
        return post(name, port, path, key, "", body, statuses);
    }

    private static Attack post(
            String name, int port, String path, String key, String headers, String body, Integer... statuses) {
        String length = "Content-Length: " + body.length() + "\r\n";
        return new Attack(name, port, head("POST", path, key, headers + length) + body, Set.of(statuses));
    }

    private static String head(String method, String path, String key, String headers) {
        return "%s %s HTTP/1.1\r\nHost: a\r\nX-API-Key: %s\r\nContent-Type: application/json\r\n%s\r\n"
                .formatted(method, path, key, headers);
    }

    byte[] bytes() {
        return request.getBytes(StandardCharsets.ISO_8859_1);
    }
}
