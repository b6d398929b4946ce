// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sallyport.api.DestinationId;

/** The certificates of a test: a shelf on secrets in memory, with a clock to set. */
final class Shelf implements AutoCloseable {
    static final DestinationId ONE = new DestinationId("qsn47KM8iTa_9xQ2b");
    static final DestinationId TWO = new DestinationId("qsn47KM8iTa_zzzzz");

    final MemorySecrets secrets;
    final SetClock clock = new SetClock(Made.NOW);
    final SecureRandom random = new SecureRandom();
    final CertificateShelf shelf;
    final ShelvedCertificates certificates;

    Shelf() {
        this(new MemorySecrets());
    }

    private Shelf(MemorySecrets secrets) {
        this.secrets = secrets;
        this.shelf = new CertificateShelf(secrets, Duration.ofMillis(20));
        this.certificates = new ShelvedCertificates(secrets, shelf, clock, random);
    }

    /** The same secrets after a new start. */
    Shelf reopened() {
        close();
        return new Shelf(secrets);
    }

    AuthorizedIssuer issuer() {
        return new AuthorizedIssuer(secrets, "x7k2m9q4r5t6w8z1.sallyport", shelf, clock, random);
    }

    @Override
    public void close() {
        shelf.stop();
    }

    /** Waits for a stage; what it failed with is thrown as it is. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause =
                    e.getCause() instanceof CompletionException ? e.getCause().getCause() : e.getCause();
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(cause);
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
