package io.assay.analytics;

/** Which users count: everybody, or only those who were never seen in two variants. */
public enum Scope {
    ALL("all"),
    CLEAN("clean");

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    /** The name in JSON and in the query {@code scope=}. */
    public String text() {
        return text;
    }
}
