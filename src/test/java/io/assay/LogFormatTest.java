package io.assay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogFormatTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final LoggerContext context = new LoggerContext();

    private String logged(String format, String message, Throwable cause, Map<String, String> properties)
            throws Exception {
        context.putProperty("assay.log.format", format);
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(new File("conf/logback.xml"));
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ConsoleAppender<ILoggingEvent> console = (ConsoleAppender<ILoggingEvent>) root.getAppender(format);
        LoggingEvent event = new LoggingEvent("x", root, Level.WARN, message, cause, new Object[] {"part\n\"quoted\""});
        event.setMDCPropertyMap(properties);
        return new String(console.getEncoder().encode(event), StandardCharsets.UTF_8);
    }

    private String text(String message, Throwable cause) throws Exception {
        return logged("text", message, cause, Map.of());
    }

    @Test
    void aMessageIsOneLineWhateverIsInIt() throws Exception {
        assertThat(text("a\r\n12:00:00.000 ERROR forged", null))
                .hasLineCount(1)
                .endsWith("a 12:00:00.000 ERROR forged\n");
    }

    @Test
    void aCauseIsItsMessageInOneLineAndItsFrames() throws Exception {
        String log = text("a", new IllegalStateException("b\n12:00:00.000 ERROR forged", new Error("c\nforged")));
        assertThat(log.lines().skip(1))
                .allMatch(line -> line.startsWith("java.lang.IllegalStateException: b 12:00:00.000 ERROR forged")
                        || line.startsWith("Caused by: java.lang.Error: c forged")
                        || line.startsWith("\tat ")
                        || line.startsWith("\t... "));
        assertThat(log).contains("\n\tat ").contains("\nCaused by: ").endsWith("\n");
        assertThat(log.split("IllegalStateException", -1)).hasSize(2);
    }

    @Test
    void aLineOfTextEndsWithItsTraceIfThereIsOne() throws Exception {
        assertThat(logged("text", "a", null, Map.of(TraceFilter.NAME, TRACE))).endsWith(": a trace=" + TRACE + "\n");
    }

    @Test
    void asJsonAnEventIsOneLineWithItsTraceAndItsCause() throws Exception {
        String log = logged(
                "json", "a {}", new IllegalStateException("b\nc", new Error("d\ne")), Map.of(TraceFilter.NAME, TRACE));
        assertThat(log).hasLineCount(1).endsWith("\n");
        JsonObject event = new JsonObject(log);
        assertThat(event.getString("level")).isEqualTo("WARN");
        assertThat(event.getString("formattedMessage")).isEqualTo("a part\n\"quoted\"");
        assertThat(event.getLong("timestamp")).isPositive();
        assertThat(event.getJsonObject("mdc").getString("trace_id")).isEqualTo(TRACE);
        assertThat(event.getJsonObject("throwable").getString("message")).isEqualTo("b\nc");
        assertThat(event.getJsonObject("throwable").getJsonObject("cause").getString("message"))
                .isEqualTo("d\ne");
        assertThat(event.fieldNames()).doesNotContain("arguments", "message", "context");
    }

    @Test
    void aFormatThatIsNoneIsRefusedByItsPath() {
        JsonObject config = new JsonObject().put("log", new JsonObject().put("format", "xml"));
        assertThatThrownBy(() -> LogFormat.from(config)).hasMessage("log.format: \"xml\" (expected: text or json)");
    }
}
