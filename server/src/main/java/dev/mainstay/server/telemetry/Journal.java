package dev.mainstay.server.telemetry;

import ch.qos.logback.classic.LoggerContext;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// The node's diagnostic output: one line per event on standard output, formatted by `logback.xml`.
public final class Journal {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

    private Journal() {}

    /// Sends what is said through the JDK's own loggers (gRPC does) into the journal. Once, at
    /// start.
    public static void open() {
        LogManager.getLogManager().reset();
        var root = java.util.logging.Logger.getLogger("");
        root.setLevel(Level.INFO);
        root.addHandler(new Forward());
    }

    /// Ends the process at once, with `line` as the journal's last line. For a process that cannot
    /// serve: nothing is closed, no hook runs, nobody may log after it.
    public static void fatal(int exitCode, String line, @Nullable Throwable cause) {
        try {
            ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
            var text = new StringWriter();
            if (cause != null) {
                cause.printStackTrace(new PrintWriter(text, true));
            }
            text.append(TIME.format(OffsetDateTime.now(ZoneId.systemDefault())))
                    .append(" FATAL ")
                    .append(line.strip().replaceAll("\\s*[\\r\\n]+\\s*", " | "))
                    .append(System.lineSeparator());
            // One write past all buffers and locks, which a stuck thread might hold.
            new FileOutputStream(FileDescriptor.out)
                    .write(text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // Nobody reads the journal; the exit code must do.
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }

    /// One JDK log record, handed to slf4j under the same logger name.
    private static final class Forward extends Handler {

        @Override
        public void publish(LogRecord record) {
            var name = record.getLoggerName();
            var logger = LoggerFactory.getLogger(name == null ? "" : name);
            var message = String.valueOf(record.getMessage());
            if (record.getParameters() != null && record.getParameters().length > 0) {
                message = java.text.MessageFormat.format(message, record.getParameters());
            }
            int level = record.getLevel().intValue();
            if (level >= Level.SEVERE.intValue()) {
                logger.error(message, record.getThrown());
            } else if (level >= Level.WARNING.intValue()) {
                logger.warn(message, record.getThrown());
            } else {
                logger.info(message, record.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
