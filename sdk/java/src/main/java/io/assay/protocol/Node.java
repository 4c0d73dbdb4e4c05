package io.assay.protocol;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a document and the path to it, which refuses to be read as what it is not. */
record Node(String path, @Nullable Object value) {
    Node get(String name) {
        Object member = object().get(name);
        if (member == null) {
            throw new SnapshotException(at(name) + ": missing");
        }
        return new Node(at(name), member);
    }

    /** The member, or null if it is not there. */
    @Nullable
    Node find(String name) {
        Object member = object().get(name);
        return member == null ? null : new Node(at(name), member);
    }

    Map<?, ?> object() {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw fail("an object");
    }

    Map<String, Node> members() {
        Map<String, Node> members = new LinkedHashMap<>();
        object().forEach((name, member) -> members.put((String) name, new Node(at((String) name), member)));
        return members;
    }

    List<Node> list() {
        if (!(value instanceof List<?> list)) {
            throw fail("a list");
        }
        List<Node> nodes = new ArrayList<>(list.size());
        for (Object element : list) {
            nodes.add(new Node(path + "[" + nodes.size() + "]", element));
        }
        return nodes;
    }

    String text() {
        if (value instanceof String text) {
            return text;
        }
        throw fail("a string");
    }

    boolean flag() {
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw fail("true or false");
    }

    BigDecimal number() {
        if (value instanceof BigDecimal number) {
            return number;
        }
        throw fail("a number");
    }

    long integer(long max) {
        BigDecimal number = number();
        BigDecimal stripped = number.stripTrailingZeros();
        if (number.signum() < 0 || stripped.scale() > 0 || number.compareTo(BigDecimal.valueOf(max)) > 0) {
            throw fail("an integer from 0 to " + max);
        }
        return number.longValueExact();
    }

    SnapshotException fail(String expectation) {
        String shown = value instanceof Map ? "an object" : value instanceof List ? "a list" : Json.write(value);
        return new SnapshotException(path + ": " + shown + " (expected: " + expectation + ")");
    }

    /** The same failure with the path before it. */
    SnapshotException refuse(IllegalArgumentException e) {
        return new SnapshotException(path + ": " + e.getMessage());
    }

    private String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
