// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import java.io.IOException;
import org.sallyport.api.door.DoorHello;

/** Serves a caller who showed the secret. */
@FunctionalInterface
interface DoorMode {
    /**
     * Serves until all is done; runs on the caller's own thread, which is interrupted when the caller goes away.
     *
     * @return the exit code
     * @throws IOException when the connection breaks
     */
    int serve(DoorHello hello, DoorConnection connection) throws IOException;
}
