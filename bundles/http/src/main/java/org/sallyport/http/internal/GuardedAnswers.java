// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import org.sallyport.http.HttpLimits;

/** Follows the answers of a resource without touching them, to know which request each one is for. */
final class GuardedAnswers {
    private final Owed owed;
    private final HeadReader reader;
    private final ResponseHead head;
    private final BodyReader body;
    private boolean inBody;
    private boolean raw;
    private boolean upgradeDeclined;

    GuardedAnswers(Owed owed, HttpLimits limits) {
        this.owed = owed;
        reader = new HeadReader(limits, false);
        head = new ResponseHead(reader);
        body = new BodyReader(limits);
    }

    /**
     * Looks at what came from the resource.
     *
     * @param in its indices are as before afterwards
     * @throws HttpFault if it is no answer
     */
    void follow(ByteBuf in) throws HttpFault {
        int from = in.readerIndex();
        while (in.isReadable() && !raw && !owed.isEmpty()) {
            if (inBody) {
                body.read(in);
            } else if (!reader.read(in)) {
                break;
            } else {
                head.interpret();
                begin();
            }
            if (inBody && body.isDone()) {
                inBody = false;
                owed.answered();
            }
        }
        in.readerIndex(from);
    }

    private void begin() throws HttpFault {
        if (head.status() == 101) {
            if (!owed.next(Owed.UPGRADE)) {
                throw HttpFault.bad("It switches to what nobody asked for.");
            }
            raw = true;
            owed.clear();
            return;
        }
        if (head.isInterim()) {
            return;
        }
        inBody = true;
        upgradeDeclined |= owed.next(Owed.UPGRADE);
        if (owed.next(Owed.HEAD) || head.isBare() || head.status() == 304) {
            body.none();
        } else if (head.chunked()) {
            body.chunked();
        } else if (head.contentLength() >= 0) {
            body.length(head.contentLength());
        } else {
            body.untilEnd();
        }
    }

    /** {@return whether the connection is a WebSocket now} */
    boolean isRaw() {
        return raw;
    }

    /** {@return whether a request for a WebSocket got another answer since this was asked last} */
    boolean upgradeDeclined() {
        boolean declined = upgradeDeclined;
        upgradeDeclined = false;
        return declined;
    }
}
