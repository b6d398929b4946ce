// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.ClientId;

final class ClientProbe implements Verb {
    private record Probe(String id, double rttMillis) {}

    @Override
    public Syntax syntax() {
        return Syntax.of("client", "probe", "Measures the round trip to a client now.")
                .with(ClientText.ID)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        ClientId id = Ids.client(call.given().text(ClientText.ID));
        call.show(
                new Probe(id.value(), call.await(call.services().clients().probe(id))),
                probe -> probe.id() + " " + ClientText.rtt(probe.rttMillis()));
    }
}
