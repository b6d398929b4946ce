// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import java.util.Map;
import org.sallyport.contract.protocol.LanguageContract;
import org.sallyport.contract.protocol.Speech;
import org.sallyport.spi.Protocol;

class RespContractTest extends LanguageContract {
    @Override
    protected Protocol protocol() {
        return new RespProtocol(Map.of("commands", "ECHO", "argument.bytes", "536870912"));
    }

    @Override
    protected String name() {
        return "resp";
    }

    @Override
    protected Speech speech() {
        return new RespSpeech();
    }
}
