package io.assay.catalog;

/**
 * A key as it is stored and delivered: never the key itself.
 *
 * @param sha256 64 lowercase hex characters
 * @param scope {@code admin}, {@code read}, {@code server} or {@code client}
 */
public record KeyHash(String id, String sha256, String scope) {}
