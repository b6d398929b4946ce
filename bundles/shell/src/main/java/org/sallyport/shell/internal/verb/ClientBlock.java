// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.ClientKey;

final class ClientBlock implements Verb {
    private static final Argument KEY =
            Argument.required("KEY", "the fingerprint of the client's key, as client:list shows it", Completion.KEYS);

    private record Block(String key, int terminated) {}

    @Override
    public Syntax syntax() {
        return Syntax.of("client", "block", "Bars a client's key for good and terminates its clients.")
                .with(KEY)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        String key = ClientKey.checkFingerprint(call.given().text(KEY));
        call.show(
                new Block(key, call.changed(call.services().clients().block(key))),
                block -> block.key() + " blocked; clients terminated: " + block.terminated());
    }
}
