// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.sallyport.api.Shown;

/**
 * What a configuration cannot tell of {@code listen.address}: whether this machine has it. Asked before the listeners on the
 * former address close, as those on one that it does not have would never open.
 */
public final class ListenAddress {
    private ListenAddress() {}

    /**
     * Checks an address by a port that is open for a moment. Blocks while a name is looked up: not for event loops.
     *
     * @param pid whose {@code listen.address} it is, for the message
     * @param host an address or a name
     * @throws SettingException when nothing can listen there
     */
    public static void require(String pid, String host) {
        InetSocketAddress place = new InetSocketAddress(host, 0);
        if (place.isUnresolved()) {
            throw wrong(pid, host, "there is no such name");
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(place);
        } catch (BindException e) {
            throw wrong(pid, host, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            // it says nothing of the address: the process has no socket left, say
        }
    }

    private static SettingException wrong(String pid, String host, String why) {
        return new SettingException(pid + ": listen.address = '" + Shown.of(host)
                + "': expected an address or a host name of this machine (" + why + ")");
    }
}
