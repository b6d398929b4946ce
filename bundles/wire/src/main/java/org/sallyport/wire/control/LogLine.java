// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

/**
 * Client to server: a line for the operator. The client limits how many it sends; the server escapes what it shows.
 *
 * @param millis when, in milliseconds since 1970 by the client's clock
 * @param level {@code error}, {@code warn} or {@code info}
 * @param text at most {@value #MAX_TEXT} characters
 */
public record LogLine(long millis, String level, String text) implements ControlMessage {

    /** Most characters of a line. */
    public static final int MAX_TEXT = 4096;

    static final MessageType<LogLine> TYPE = new MessageType<>("log", LogLine.class, LogLine::read, LogLine::write);

    public LogLine {
        Check.present(level, "level");
        Check.within(MAX_TEXT, requireNonNull(text, "text"), "text");
    }

    private static LogLine read(Fields fields) throws ControlViolation {
        return new LogLine(fields.number("time"), fields.text("level"), fields.text("text"));
    }

    private void write(MapWriter map) {
        map.number("time", millis).text("level", level).text("text", text);
    }
}
