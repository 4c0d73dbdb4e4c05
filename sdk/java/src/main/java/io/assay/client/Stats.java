package io.assay.client;

import org.jspecify.annotations.Nullable;

/**
 * What a client has seen and done since it was built.
 *
 * <p>{@code offered = delivered + dropped + rejected + queued}, exactly so when nothing is going on.
 *
 * @param source where the snapshot came from
 * @param version the snapshot's version
 * @param emergencyVersion the emergency list's version
 * @param events what became of the events
 * @param config what became of the snapshots
 * @param unknownExperiments how many calls named an experiment that the snapshot has not
 * @param failures how many exceptions were kept from callers
 * @param lastError what went wrong last, or null
 */
public record Stats(
        SnapshotSource source,
        long version,
        long emergencyVersion,
        Events events,
        Config config,
        long unknownExperiments,
        long failures,
        @Nullable String lastError) {

    /**
     * Events, exposures and goals alike.
     *
     * @param offered made by the application's calls
     * @param delivered acknowledged by the server
     * @param dropped lost: the queue was full, or the client was closed before they could be sent
     * @param rejected refused, by the server or because they are malformed
     * @param queued still here
     * @param retries how many batches had to be sent again
     */
    public record Events(long offered, long delivered, long dropped, long rejected, long queued, long retries) {}

    /**
     * Snapshots and emergency lists.
     *
     * @param applied how many were taken into use
     * @param notModified how often the server had nothing new
     * @param older how many were refused because their version is lower than the one in use
     * @param unreadable how many were refused because they are not JSON, not of a known schema, or not valid
     * @param failed how often the server could not be reached or answered an error
     * @param fileErrors how often the file could not be read or written
     */
    public record Config(long applied, long notModified, long older, long unreadable, long failed, long fileErrors) {}
}
