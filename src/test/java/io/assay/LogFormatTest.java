package io.assay;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.io.File;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LogFormatTest {
    private static String logged(String message, Throwable cause) throws Exception {
        LoggerContext context = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(new File("conf/logback.xml"));
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ConsoleAppender<ILoggingEvent> console = (ConsoleAppender<ILoggingEvent>) root.getAppender("console");
        LoggingEvent event = new LoggingEvent("x", root, Level.WARN, message, cause, null);
        return new String(console.getEncoder().encode(event), StandardCharsets.UTF_8);
    }

    @Test
    void aMessageIsOneLineWhateverIsInIt() throws Exception {
        assertThat(logged("a\r\n12:00:00.000 ERROR forged", null))
                .hasLineCount(1)
                .endsWith("a 12:00:00.000 ERROR forged\n");
    }

    @Test
    void aCauseIsItsMessageInOneLineAndItsFrames() throws Exception {
        String log = logged("a", new IllegalStateException("b\n12:00:00.000 ERROR forged", new Error("c\nforged")));
        assertThat(log.lines().skip(1))
                .allMatch(line -> line.startsWith("java.lang.IllegalStateException: b 12:00:00.000 ERROR forged")
                        || line.startsWith("Caused by: java.lang.Error: c forged")
                        || line.startsWith("\tat ")
                        || line.startsWith("\t... "));
        assertThat(log).contains("\n\tat ").contains("\nCaused by: ").endsWith("\n");
        assertThat(log.split("IllegalStateException", -1)).hasSize(2);
    }
}
