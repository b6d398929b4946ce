// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import org.osgi.annotation.versioning.ProviderType;

/** Reads what a token says, on the client, which cannot check its signature. */
@ProviderType
public interface TokenReader {
    /**
     * Reads the claims of a token or descriptor.
     *
     * @param token the text of a token file, white space around it allowed
     * @return its claims
     * @throws InvalidTokenException when it is truncated, empty or something else
     */
    TokenClaims read(String token);
}
