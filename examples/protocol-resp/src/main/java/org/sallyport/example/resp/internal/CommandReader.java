// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Finds names and ends of an application's commands: arrays of bulk strings, and lines for people (inline commands). Arguments
 * are passed over as they come; what is kept is a command up to its name, or a line, within bounds. On one connection's event loop.
 *
 * <p>Stricter than servers are, so that a server can't read a command in another way: what a server repairs or overlooks (signs and
 * leading zeros of numbers, commands without a name, quoted names) is no command here, or one whose name is on no list.
 */
final class CommandReader {
    /** Bytes of a name. */
    static final int NAME = 64;

    /** Bytes of a line. */
    static final int LINE = 4 * 1024;

    /** What was reached. */
    enum Step {
        /** The end of the buffer, and nothing else. */
        MORE,
        /** The name of a command, which is also its end if nothing is {@linkplain #isPartial partial} then. */
        NAMED,
        /** The end of a command that was named before. */
        ENDED,
        /** The end of an empty line, which is no command and gets no answer. */
        NOTHING
    }

    private enum At {
        START,
        COUNT,
        NAME_LENGTH,
        NAME,
        LINE,
        LENGTH,
        ARGUMENT
    }

    private final int mostArguments;
    private final int mostBytes;
    private final HeaderLine header = new HeaderLine();
    /** The command from its first byte to its name, or the line. */
    private byte[] head = new byte[128];

    private At at = At.START;
    private int length;
    private int arguments;
    /** Of the name and its CR LF, to come. */
    private int nameOctets;

    private final CountedOctets argument = new CountedOctets();
    private String name = "";

    /**
     * @param mostArguments of a command, its name counted
     * @param mostBytes of an argument
     */
    CommandReader(int mostArguments, int mostBytes) {
        this.mostArguments = mostArguments;
        this.mostBytes = mostBytes;
    }

    /**
     * Reads on.
     *
     * @param in is read up to what is told
     * @return what was reached
     * @throws RespFault if it is no command
     */
    Step read(ByteBuf in) throws RespFault {
        while (in.isReadable()) {
            switch (at) {
                case START -> {
                    length = 0;
                    at = in.getByte(in.readerIndex()) == '*' ? At.COUNT : At.LINE;
                }
                case COUNT -> {
                    if (readHeader(in)) {
                        arguments = count("arguments", 1, mostArguments);
                        at = At.NAME_LENGTH;
                    }
                }
                case NAME_LENGTH -> {
                    if (readHeader(in)) {
                        nameOctets = argumentLength(1, NAME) + 2;
                        at = At.NAME;
                    }
                }
                case NAME -> {
                    if (readName(in)) {
                        return Step.NAMED;
                    }
                }
                case LINE -> {
                    if (readLine(in)) {
                        return name.isEmpty() ? Step.NOTHING : Step.NAMED;
                    }
                }
                case LENGTH -> {
                    if (header.read(in)) {
                        argument.begin(argumentLength(0, mostBytes));
                        at = At.ARGUMENT;
                    }
                }
                case ARGUMENT -> {
                    if (argument.passOver(in)) {
                        nextArgument();
                        if (at == At.START) {
                            return Step.ENDED;
                        }
                    }
                }
            }
        }
        return Step.MORE;
    }

    private boolean readHeader(ByteBuf in) throws RespFault {
        int from = in.readerIndex();
        boolean complete = header.read(in);
        // a header is a few bytes, whatever it says, or it would have been refused
        keep(in, from);
        return complete;
    }

    private void keep(ByteBuf in, int from) {
        int more = in.readerIndex() - from;
        if (length + more > head.length) {
            head = Arrays.copyOf(head, Math.min(LINE, Math.max(2 * head.length, length + more)));
        }
        in.getBytes(from, head, length, more);
        length += more;
    }

    private int argumentLength(int least, int most) throws RespFault {
        if (header.type() != '$') {
            throw new RespFault("expected '$', given " + shown(header.type()));
        }
        return count("bytes", least, most);
    }

    private int count(String what, int least, int most) throws RespFault {
        int count = header.number();
        if (count < least || count > most) {
            throw new RespFault("expected " + least + " to " + most + " " + what + ", given " + count);
        }
        return count;
    }

    private boolean readName(ByteBuf in) throws RespFault {
        int from = in.readerIndex();
        int more = Math.min(nameOctets, in.readableBytes());
        in.skipBytes(more);
        keep(in, from);
        nameOctets -= more;
        if (nameOctets > 0) {
            return false;
        }
        if (head[length - 2] != '\r' || head[length - 1] != '\n') {
            throw new RespFault("expected CR LF after " + header.number() + " bytes");
        }
        name = name(length - 2 - header.number(), length - 2);
        nextArgument();
        return true;
    }

    private boolean readLine(ByteBuf in) throws RespFault {
        int from = in.readerIndex();
        int feed = in.indexOf(from, in.writerIndex(), (byte) '\n');
        int end = feed < 0 ? in.writerIndex() : feed + 1;
        if (end - from > LINE - length) {
            throw new RespFault("a line of more than " + LINE + " bytes");
        }
        in.readerIndex(end);
        keep(in, from);
        if (feed < 0) {
            return false;
        }
        int text = length >= 2 && head[length - 2] == '\r' ? length - 2 : length - 1;
        int word = 0;
        while (word < text && head[word] != ' ' && head[word] != '\t') {
            word++;
        }
        if (word == 0 && text > 0) {
            throw new RespFault("a line begins with a space, expected a command");
        }
        name = name(0, word);
        at = At.START;
        return true;
    }

    /** What is not ASCII becomes what no name has: nothing else may turn into a letter of a name. */
    private String name(int from, int to) {
        return new String(head, from, to - from, StandardCharsets.US_ASCII).toUpperCase(Locale.ROOT);
    }

    private void nextArgument() {
        arguments--;
        at = arguments == 0 ? At.START : At.LENGTH;
    }

    private static String shown(byte octet) {
        return octet > ' ' && octet < 0x7F ? "'" + (char) octet + "'" : "byte " + (octet & 0xFF);
    }

    /** {@return whether a command has begun whose name is not known yet} */
    boolean isInHead() {
        return switch (at) {
            case COUNT, NAME_LENGTH, NAME, LINE -> true;
            case START, LENGTH, ARGUMENT -> false;
        };
    }

    /** {@return whether a command has begun and is not complete} */
    boolean isPartial() {
        return at != At.START;
    }

    /** {@return the name of the last command, in capital letters} */
    String name() {
        return name;
    }

    /** {@return how many bytes the last command has up to its name, or as a line} */
    int headLength() {
        return length;
    }

    /** Writes the last command up to its name, or its line. */
    void writeHead(ByteBuf out) {
        out.writeBytes(head, 0, length);
    }
}
