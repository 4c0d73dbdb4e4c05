package io.assay;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.joran.spi.JoranException;
import io.assay.platform.ConfigException;
import io.assay.platform.Settings;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** How a line of the log looks: the setting {@code log.format}, which {@code conf/logback.xml} reads as a system property. */
enum LogFormat {
    TEXT,
    JSON;

    private static final String PROPERTY = "assay.log.format";

    static LogFormat from(JsonObject config) {
        Settings log = Settings.of(config).section("log").only("format");
        try {
            return valueOf(log.string("format", "text").toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw log.refused("format", "text or json");
        }
    }

    /** From the next line on. */
    void use() {
        String name = name().toLowerCase(Locale.ROOT);
        if (name.equals(System.getProperty(PROPERTY, "text"))
                || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext logs)) {
            return;
        }
        System.setProperty(PROPERTY, name);
        logs.reset();
        try {
            new ContextInitializer(logs).autoConfig();
        } catch (JoranException e) {
            throw new ConfigException("log.format: \"" + name + "\": " + e.getMessage());
        }
    }
}
