package io.assay.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A user did what is worth measuring, at {@code ts} (epoch milliseconds).
 *
 * @param valueMicros the value in millionths, 0 if it has none
 * @param propertiesJson what else the client sent, as JSON text; kept raw and never counted
 */
public record Goal(String id, String user, String name, long valueMicros, long ts, @Nullable String propertiesJson) {}
