package io.assay.client;

/** Where the snapshot that is in use came from. */
public enum SnapshotSource {
    /** There is none: everybody gets control. */
    NONE,
    /** The file, and the server has not been reached since. */
    FILE,
    /** The server. */
    SERVER,
    /** The application gave it; nothing is fetched and nothing is sent. */
    FIXED
}
