// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Keeps standard output clean for scripts: only whole lines that begin with a word of the contract reach it, each
 * flushed; whatever else is printed goes to standard error. Lines are put together across writes, so it belongs behind one
 * {@link java.io.PrintStream}, whose lock it relies on.
 */
final class ContractOutput extends OutputStream {
    private static final List<String> WORDS = List.of("ready: ", "attached: ", "detached: ", "refused: ");

    /** More than this without a line's end is not a line of the contract. */
    private static final int LONGEST = 64 * 1024;

    private final OutputStream contract;
    private final OutputStream rest;
    private final Runnable onReady;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    /**
     * Splits a stream.
     *
     * @param contract takes the lines of the contract
     * @param rest takes everything else
     * @param onReady told of each {@code ready:} line, after it was written
     */
    ContractOutput(OutputStream contract, OutputStream rest, Runnable onReady) {
        this.contract = contract;
        this.rest = rest;
        this.onReady = onReady;
    }

    @Override
    public void write(int b) throws IOException {
        line.write(b);
        if (b == '\n' || line.size() >= LONGEST) {
            passOn();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
        }
    }

    private void passOn() throws IOException {
        String text = line.toString(StandardCharsets.UTF_8);
        boolean ours = text.endsWith("\n") && WORDS.stream().anyMatch(text::startsWith);
        OutputStream target = ours ? contract : rest;
        line.writeTo(target);
        target.flush();
        line.reset();
        if (ours && text.startsWith("ready: ")) {
            onReady.run();
        }
    }
}
