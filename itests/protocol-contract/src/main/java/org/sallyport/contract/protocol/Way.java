// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import org.sallyport.api.Direction;

/** The ways a connection can take. */
public enum Way {
    /** Applications at the server, all of it on one event loop. */
    ON_PREMISES(Direction.ON_PREMISES, false),
    /** Applications at the client, all of it on one event loop. */
    CLOUD(Direction.CLOUD, false),
    /** Applications at the server, the tunnel on another event loop than the application's socket. */
    ACROSS_LOOPS(Direction.ON_PREMISES, true);

    private final Direction direction;
    private final boolean acrossLoops;

    Way(Direction direction, boolean acrossLoops) {
        this.direction = direction;
        this.acrossLoops = acrossLoops;
    }

    public Direction direction() {
        return direction;
    }

    public boolean acrossLoops() {
        return acrossLoops;
    }
}
