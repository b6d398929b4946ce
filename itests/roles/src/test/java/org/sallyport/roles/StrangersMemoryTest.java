// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.testkit.TestAuthority;

/** What connections hold that nobody admitted, when each sends as much as it may. */
@Timeout(120)
final class StrangersMemoryTest {
    /** Sources of as many connections as one source may have. */
    private static final int SOURCES = 10;

    private static final int OF_A_SOURCE = 20;
    private static final int SENT = 60_000;

    /** What may be read before the attach, what a connection needs beside, and what chunks of memory do not use. */
    private static final long BOUND = 65_536 + 49_152;

    @RegisterExtension
    private final Site site = new Site();

    @Test
    void aConnectionBeforeItsAttachHoldsLittleMoreThanWhatItSent() {
        KeyMaterial key = TestAuthority.selfSigned("stranger");
        // what the first of them takes once is not counted
        stranger(1, key).close();
        long before = Victim.memory();
        List<RawPeer> strangers = new ArrayList<>();
        for (int i = 0; i < SOURCES * OF_A_SOURCE; i++) {
            strangers.add(stranger(2 + i / OF_A_SOURCE, key));
        }
        strangers.forEach(RawPeer::assertGoesOn);
        long each = (Victim.memory() - before) / strangers.size();

        System.out.println("held for each connection before its attach: " + each + " bytes");
        assertThat(each).isLessThan(BOUND);
        // it is held indeed: otherwise this would show nothing
        assertThat(each).isGreaterThan(SENT / 2);
        strangers.forEach(RawPeer::close);
    }

    /** Most of a message, and some streams that are refused. */
    private RawPeer stranger(int source, KeyMaterial key) {
        RawPeer peer =
                site.ending(RawPeer.connect("127.0.0." + source, site.server().tunnel(), key));
        peer.reading().sayRaw(new byte[] {0, 1, 0, 0}).sayRaw(new byte[SENT]);
        for (int i = 0; i < 100; i++) {
            peer.frame(RawPeer.WINDOW, RawPeer.SYN, 3 + 2 * i, 0);
        }
        return peer.flush();
    }
}
