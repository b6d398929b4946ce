// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import org.sallyport.api.Shown;

/**
 * What comes from the application: commands, each of which passes or is refused. What passes does so in the buffers that it came
 * in; what can't be dealt with yet, because no more may be refused for now, is held. On one connection's event loop.
 */
final class CommandSide {
    private final RespIngress ingress;
    private final RespSettings settings;
    private final Turns turns;
    private final CommandReader reader;
    private final Deque<ByteBuf> held = new ArrayDeque<>(0);
    private boolean passing;
    private boolean running;
    private boolean endHeld;

    CommandSide(RespIngress ingress, RespSettings settings, Turns turns) {
        this.ingress = ingress;
        this.settings = settings;
        this.turns = turns;
        reader = new CommandReader(settings.arguments(), settings.argumentBytes());
    }

    /** Takes what was read from the application. */
    void take(ByteBuf in) {
        if (running || isHolding() || ingress.mayNotRefuse()) {
            held.addLast(in);
            ingress.pauseReading();
        } else {
            run(in);
        }
    }

    /** Goes on with what was held, as far as that may be. */
    void resume() {
        if (running || !isHolding()) {
            return;
        }
        while (isHolding() && !ingress.mayNotRefuse()) {
            run(held.removeFirst());
        }
        ingress.passed();
        if (!isHolding()) {
            ingress.resumeReading();
            if (endHeld) {
                endHeld = false;
                ingress.inputEnded();
            }
        }
    }

    private void run(ByteBuf in) {
        running = true;
        int begin = in.readerIndex();
        int from = begin; // of what passes as it is
        int commandFrom = begin;
        boolean mine = true;
        try {
            while (in.isReadable() && ingress.isListening()) {
                if (!reader.isPartial()) {
                    commandFrom = in.readerIndex();
                }
                boolean whole = !reader.isInHead();
                CommandReader.Step step = reader.read(in);
                if (step == CommandReader.Step.NAMED) {
                    passing = settings.commands().contains(reader.name());
                    if (passing) {
                        turns.sent();
                        ingress.open();
                        if (!whole) {
                            passHead();
                            from = in.readerIndex();
                        }
                    }
                }
                if (!reader.isPartial() && (step == CommandReader.Step.NOTHING || !passing)) {
                    pass(in, from, commandFrom);
                    from = in.readerIndex();
                    if (step != CommandReader.Step.NOTHING) {
                        ingress.refuse("command '" + Shown.of(reader.name()) + "' is not allowed by this gateway");
                    }
                    if (ingress.mayNotRefuse() && in.isReadable()) {
                        held.addFirst(in);
                        ingress.pauseReading();
                        mine = false;
                        return;
                    }
                }
            }
            int end = reader.isInHead() || (reader.isPartial() && !passing) ? commandFrom : in.readerIndex();
            if (from == begin && end == in.writerIndex() && ingress.isListening()) {
                mine = false;
                ingress.pass(in.readerIndex(begin));
            } else {
                pass(in, from, end);
            }
        } catch (RespFault fault) {
            pass(in, from, commandFrom);
            if (passing && !reader.isInHead()) {
                // its beginning is at the resource, which never gets its end
                turns.brokeOff();
            }
            ingress.refuseForGood("Protocol error: " + fault.getMessage());
        } finally {
            running = false;
            if (mine) {
                in.release();
            }
        }
    }

    private void passHead() {
        if (ingress.isListening()) {
            ByteBuf head = ingress.allocator().directBuffer(reader.headLength());
            reader.writeHead(head);
            ingress.pass(head);
        }
    }

    /** An open may be refused at once, and then nothing passes any more. */
    private void pass(ByteBuf in, int from, int end) {
        if (end > from && ingress.isListening()) {
            ingress.pass(in.retainedSlice(from, end - from));
        }
    }

    /** {@return whether the end of the application's input has to wait, for what comes before it does} */
    boolean holdsEnd() {
        endHeld = isHolding();
        return endHeld;
    }

    boolean isHolding() {
        return !held.isEmpty();
    }

    /** {@return whether nothing of a command is under way} */
    boolean isIdle() {
        return !running && !isHolding() && !reader.isPartial();
    }

    /** Lets go of what is held. */
    void release() {
        held.forEach(ByteBuf::release);
        held.clear();
    }
}
