// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.State;
import org.sallyport.dataplane.internal.tls.CertificateWords;
import org.sallyport.dataplane.internal.tls.TlsLeg;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.ProbeStep;

/** Tells an operator what certificate applications see, or why they see none. */
final class ShownCertificate {
    private static final String STEP = "certificate for applications";

    private ShownCertificate() {}

    /**
     * Tells it.
     *
     * @param tls with applications
     * @param now to see whether it has expired
     * @return without steps where applications speak no TLS
     */
    static ProbeReport report(TlsLeg tls, Instant now) {
        if (tls.security() == LegSecurity.NONE) {
            return ProbeReport.of(OpenReply.OK);
        }
        State obstacle = tls.obstacle();
        X509Certificate shown = tls.shown();
        if (obstacle != null || shown == null) {
            String why = obstacle == null ? "TLS was switched off" : obstacle.cause();
            return new ProbeReport(new OpenReply(OpenCode.INTERNAL, why), List.of(ProbeStep.failed(STEP, why)));
        }
        String clients = tls.security() == LegSecurity.MUTUAL ? "; applications have to show one, too" : "";
        return new ProbeReport(
                OpenReply.OK, List.of(ProbeStep.passed(STEP, CertificateWords.of(shown, now) + clients)));
    }
}
