/**
 * Experiments for applications that use OpenFeature: flags on top of the SDK, and a hook beside a stock OFREP client.
 *
 * <p>In come flag keys with an evaluation context; out go values, flag metadata and provider events, and to the SDK exposures and
 * goals.
 *
 * <p>Flags have here the same values, reasons and error codes as over OFREP, so an application may change from one to the other.
 */
@NullMarked
package io.assay.openfeature;

import org.jspecify.annotations.NullMarked;
