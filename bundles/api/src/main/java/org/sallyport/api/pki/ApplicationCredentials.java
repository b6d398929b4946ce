// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

/**
 * What an application is given, once: nobody can get it again. Both files hold the same key, its certificate and the CA
 * that signed it.
 */
public final class ApplicationCredentials {
    private final ApplicationCertificate certificate;
    private final byte[] pem;
    private final byte[] pkcs12;
    private final String passphrase;

    /**
     * @param certificate what stays here
     * @param pem the first file; not copied
     * @param pkcs12 the second file; not copied
     * @param passphrase what opens the second file
     */
    public ApplicationCredentials(ApplicationCertificate certificate, byte[] pem, byte[] pkcs12, String passphrase) {
        this.certificate = certificate;
        this.pem = pem;
        this.pkcs12 = pkcs12;
        this.passphrase = passphrase;
    }

    /** {@return what stays here} */
    public ApplicationCertificate certificate() {
        return certificate;
    }

    /** {@return the private key (PKCS#8, not encrypted), then the certificates; a secret} */
    public byte[] pem() {
        return pem.clone();
    }

    /** {@return the same, encrypted (RFC 7292; PBES2 with AES-256)} */
    public byte[] pkcs12() {
        return pkcs12.clone();
    }

    /** {@return what opens {@link #pkcs12()}; a secret} */
    public String passphrase() {
        return passphrase;
    }

    /** Shows the facts only. */
    @Override
    public String toString() {
        return "ApplicationCredentials[" + certificate + "]";
    }
}
