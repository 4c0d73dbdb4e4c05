/**
 * PostgreSQL, Redis and Kafka for one machine: started by the process itself, on loopback, with durable data. In comes
 * a folder; out go the endpoints of running servers. No stage knows it, and a production image does not carry it.
 */
@NullMarked
package io.assay.embedded;

import org.jspecify.annotations.NullMarked;
