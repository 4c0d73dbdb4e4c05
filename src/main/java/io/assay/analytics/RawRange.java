package io.assay.analytics;

/**
 * Which raw records are asked for: of one partition, below these offsets, of those users who were shown the experiment, and of
 * these a share by a hash of the user that is the store's own. All of a user's records are in the same share.
 *
 * @param exposures only exposures below this offset of the newest topic
 * @param events only goals below this offset of the newest topic
 * @param bucket the number of the share, below {@code buckets}
 */
public record RawRange(String experimentId, int partition, long exposures, long events, int bucket, int buckets) {
    /** Users can be divided into no more shares than that. */
    public static final int MOST_BUCKETS = 1_024;

    public RawRange {
        if (bucket < 0 || bucket >= buckets || buckets > MOST_BUCKETS) {
            throw new IllegalArgumentException("bucket: " + bucket + " (expected: 0.." + (buckets - 1) + ")");
        }
    }
}
