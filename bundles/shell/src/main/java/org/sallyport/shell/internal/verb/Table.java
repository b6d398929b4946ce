// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.apache.karaf.shell.support.table.ShellTable;

/** Rows in words: nothing cut, no colours, no blanks at the ends of lines, times to the second. */
final class Table<T> {
    private final ShellTable table = new ShellTable().forceAscii();
    private final Function<T, List<?>> cells;

    private Table(Function<T, List<?>> cells, String... headers) {
        this.cells = cells;
        for (String header : headers) {
            table.column(header);
        }
    }

    static <T> Table<T> of(Function<T, List<?>> cells, String... headers) {
        return new Table<>(cells, headers);
    }

    /** {@return the rows as text; the sentence when there are none} */
    String text(Collection<T> rows, String none) {
        if (rows.isEmpty()) {
            return none;
        }
        rows.forEach(row -> table.addRow()
                .addContent(cells.apply(row).stream().map(Table::shown).toArray()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, false, UTF_8)) {
            table.print(out);
        }
        StringBuilder text = new StringBuilder();
        bytes.toString(UTF_8).lines().forEach(line -> text.append(line.stripTrailing())
                .append('\n'));
        return text.toString();
    }

    /** {@return a value as people read it} */
    static Object shown(Object cell) {
        return cell instanceof Instant time ? time.truncatedTo(ChronoUnit.SECONDS) : cell;
    }
}
