// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.http.internal;

import org.sallyport.api.config.LimitSettings;
import org.sallyport.contract.protocol.LanguageContract;
import org.sallyport.contract.protocol.Speech;
import org.sallyport.spi.Protocol;

class HttpContractTest extends LanguageContract {
    @Override
    protected Protocol protocol() {
        return new HttpProtocol(() -> LimitSettings.DEFAULTS);
    }

    @Override
    protected String name() {
        return "http";
    }

    @Override
    protected Speech speech() {
        return new HttpSpeech();
    }
}
