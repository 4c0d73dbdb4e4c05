/**
 * What holds of all SDKs and the server together. In come snapshots and users, random ones and those of {@code sdk/vectors};
 * out go claims that every implementation answers alike.
 */
@NullMarked
package io.assay.sdk;

import org.jspecify.annotations.NullMarked;
