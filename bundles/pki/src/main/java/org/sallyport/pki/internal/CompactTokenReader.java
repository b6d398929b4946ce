// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import org.osgi.service.component.annotations.Component;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.api.pki.TokenReader;

/** Reads tokens and descriptors without checking who made them. */
@Component
public final class CompactTokenReader implements TokenReader {
    @Override
    public TokenClaims read(String token) {
        return TokenForm.parse(token).claims();
    }
}
