// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.apache.karaf.shell.api.console.SignalListener;
import org.apache.karaf.shell.api.console.Terminal;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;

/**
 * A caller's terminal: what is typed comes from frames, Ctrl-C becomes a signal, line ends become CR LF. Karaf wants the
 * same object to be its own kind of terminal and JLine's.
 */
final class DoorTerminal extends LineDisciplineTerminal implements Terminal {
    private static final int USUAL_COLUMNS = 80;
    private static final int USUAL_ROWS = 24;

    private record Listening(SignalListener listener, EnumSet<org.apache.karaf.shell.api.console.Signal> signals) {}

    private final Set<Listening> listeners = new CopyOnWriteArraySet<>();

    DoorTerminal(String type, OutputStream out) throws IOException {
        // JLine writes byte by byte and flushes when it means it
        super("door", type.isEmpty() ? "dumb" : type, new BufferedOutputStream(out), StandardCharsets.UTF_8);
    }

    /** Takes what is typed, on the reading thread; an empty array is the end. */
    void type(byte[] bytes) throws IOException {
        if (bytes.length == 0) {
            close();
        } else {
            processInputBytes(bytes);
        }
    }

    void resize(int columns, int rows) {
        setSize(new Size(columns > 0 ? columns : USUAL_COLUMNS, rows > 0 ? rows : USUAL_ROWS));
        raise(Signal.WINCH);
    }

    @Override
    public void raise(Signal signal) {
        super.raise(signal);
        for (org.apache.karaf.shell.api.console.Signal known : org.apache.karaf.shell.api.console.Signal.values()) {
            if (known.name().equals(signal.name())) {
                for (Listening listening : listeners) {
                    if (listening.signals().contains(known)) {
                        listening.listener().signal(known);
                    }
                }
            }
        }
    }

    @Override
    public int getWidth() {
        return getSize().getColumns();
    }

    @Override
    public int getHeight() {
        return getSize().getRows();
    }

    @Override
    public boolean isAnsiSupported() {
        return !getType().equals("dumb");
    }

    @Override
    public boolean isEchoEnabled() {
        return echo();
    }

    @Override
    public void setEchoEnabled(boolean enabled) {
        echo(enabled);
    }

    @Override
    public void addSignalListener(SignalListener listener, org.apache.karaf.shell.api.console.Signal... signals) {
        for (org.apache.karaf.shell.api.console.Signal signal : signals) {
            addSignalListener(listener, EnumSet.of(signal));
        }
    }

    @Override
    public void addSignalListener(SignalListener listener, EnumSet<org.apache.karaf.shell.api.console.Signal> signals) {
        listeners.add(new Listening(listener, EnumSet.copyOf(signals)));
    }

    @Override
    public void addSignalListener(SignalListener listener) {
        addSignalListener(listener, EnumSet.allOf(org.apache.karaf.shell.api.console.Signal.class));
    }

    @Override
    public void removeSignalListener(SignalListener listener) {
        listeners.removeIf(listening -> listening.listener() == listener);
    }
}
