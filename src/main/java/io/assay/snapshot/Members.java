package io.assay.snapshot;

import io.assay.protocol.Json;
import io.assay.protocol.JsonException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The members of a JSON object in a document, read strictly; what is not known is left alone. */
final class Members {
    private final String where;
    private final Map<?, ?> map;

    private Members(String where, Object value) throws UnreadableDocumentException {
        this.where = where;
        if (!(value instanceof Map<?, ?> object)) {
            throw new UnreadableDocumentException(where + ": expected an object");
        }
        map = object;
    }

    /** The body of a document, which has to be of the version that the document claims. */
    static Members of(Document document) throws UnreadableDocumentException {
        try {
            Object json = Json.parse(document.bytes(), Json.Limits.SNAPSHOT);
            Members members = new Members(document.toString(), json == null ? "null" : json);
            boolean same = members.map.get("version") instanceof BigDecimal version
                    && version.compareTo(BigDecimal.valueOf(document.version())) == 0;
            if (!same) {
                throw new UnreadableDocumentException(document + ": says that it is " + members.map.get("version"));
            }
            return members;
        } catch (JsonException e) {
            throw new UnreadableDocumentException(document + ": " + e.getMessage());
        }
    }

    String text(String name) throws UnreadableDocumentException {
        if (map.get(name) instanceof String text) {
            return text;
        }
        throw new UnreadableDocumentException(where + "." + name + ": expected a string");
    }

    List<String> texts(String name) throws UnreadableDocumentException {
        List<String> texts = new ArrayList<>();
        for (Object each : list(name)) {
            if (!(each instanceof String text)) {
                throw new UnreadableDocumentException(where + "." + name + ": expected strings");
            }
            texts.add(text);
        }
        return texts;
    }

    List<Members> objects(String name) throws UnreadableDocumentException {
        List<Members> objects = new ArrayList<>();
        for (Object each : list(name)) {
            objects.add(new Members(where + "." + name, each == null ? "null" : each));
        }
        return objects;
    }

    private List<?> list(String name) throws UnreadableDocumentException {
        if (map.get(name) instanceof List<?> list) {
            return list;
        }
        throw new UnreadableDocumentException(where + "." + name + ": expected a list");
    }
}
