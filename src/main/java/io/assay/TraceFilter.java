package io.assay;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import io.assay.platform.Trace;
import java.util.Map;

/** Adds the id of the trace that the thread works for to what it logs, as {@code trace_id}; lets everything pass. */
public final class TraceFilter extends Filter<ILoggingEvent> {
    /** The name that it has among the diagnostic properties. */
    static final String NAME = "trace_id";

    @Override
    public FilterReply decide(ILoggingEvent event) {
        Trace trace = Trace.current();
        if (trace != null && event instanceof LoggingEvent fresh) {
            try {
                fresh.setMDCPropertyMap(Map.of(NAME, trace.id()));
            } catch (IllegalStateException e) {
                // somebody asked for its properties before, and they stay as they were
            }
        }
        return FilterReply.NEUTRAL;
    }
}
