// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.fuzz;

import java.util.List;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.ControlCodec;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Drain;
import org.sallyport.wire.control.Limits;
import org.sallyport.wire.control.Probe;
import org.sallyport.wire.control.Refused;
import org.sallyport.wire.control.Renew;
import org.sallyport.wire.control.Terminate;
import org.sallyport.wire.frame.Frame;

/** Which end of a tunnel is fuzzed: the other one is the fuzzer's. */
enum Role {
    SERVER(TunnelProtocol.MAX_CLIENT_MESSAGE) {
        @Override
        ControlCodec codec() {
            return ControlCodec.atServer();
        }

        @Override
        ControlMessage ofPeer(int which) {
            return switch (which % 3) {
                case 0 -> Attach.withToken("aaa.bbb.ccc", "edge", "0.1.0");
                case 1 -> new Applied(1, List.of());
                default -> new Drain(1000);
            };
        }
    },

    CLIENT(TunnelProtocol.MAX_SERVER_MESSAGE) {
        @Override
        ControlCodec codec() {
            return ControlCodec.atClient();
        }

        @Override
        ControlMessage ofPeer(int which) {
            return switch (which % 7) {
                case 0 -> new Attached("c1", Limits.DEFAULT, List.of(), null, "0.1.0", List.of(), config(1));
                case 1 -> config(2);
                case 2 -> new Probe(3, null);
                case 3 -> new Renew("", 1000);
                case 4 -> new Drain(1000);
                case 5 -> new Terminate("removed", "", false);
                default -> new Refused("draining", "", 5);
            };
        }
    };

    private final int peersLongest;

    Role(int peersLongest) {
        this.peersLongest = peersLongest;
    }

    private static Config config(long revision) {
        return new Config(revision, "g1", "", true, false, List.of(), List.of());
    }

    /** {@return what puts this end's messages on the control stream, and reads the peer's} */
    abstract ControlCodec codec();

    /** {@return one of the messages that the peer may send} */
    abstract ControlMessage ofPeer(int which);

    /** {@return whether an ID is of the streams that this end opens} */
    boolean opens(int stream) {
        return Frame.isClientStream(stream) == (this == CLIENT);
    }

    /** {@return the longest message that the peer may send} */
    int peersLongest() {
        return peersLongest;
    }
}
