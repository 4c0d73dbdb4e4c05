/**
 * What users see in a real browser: pages of other origins, with our SDK and with stock OpenFeature clients, against a node
 * as it is shipped. In come pages of {@code src/test/resources/browser} and what npm got. Out go claims, and pictures under
 * {@code target/screenshots}.
 */
@NullMarked
package io.assay.browser;

import org.jspecify.annotations.NullMarked;
