// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that was issued to an application; its key was handed out and is not here.
 *
 * @param facts what it says
 * @param revoked since when it is not accepted any more, or null
 */
public record ApplicationCertificate(CertificateFacts facts, @Nullable Instant revoked) {}
