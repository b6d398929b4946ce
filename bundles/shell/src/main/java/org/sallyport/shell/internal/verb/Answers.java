// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.service.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for what services promise, for a bounded time. */
final class Answers {
    /** Longer than a change may take (5 s) and than the longest drain that can be configured (50 s). */
    static final Duration USUAL = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private Answers() {}

    /**
     * Waits.
     *
     * @return the answer
     * @throws Refusal the service's own
     * @throws Failed when there is none in time, when the thread is interrupted, or when the service is broken
     */
    static <T> T await(CompletionStage<T> stage, Duration limit) {
        try {
            return stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Failed("no answer within " + limit.toSeconds() + " s; whether it was done is not known", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted; what was begun goes on", e);
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    private static RuntimeException failure(ExecutionException e) {
        Throwable cause = e.getCause();
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof Refusal refusal) {
            return refusal;
        }
        if (cause instanceof IllegalArgumentException wrong) {
            return wrong;
        }
        if (cause instanceof CertificateFileException wrong) {
            return new IllegalArgumentException(wrong.getMessage(), wrong);
        }
        if (cause instanceof RegistryException) {
            return new Failed(String.valueOf(cause.getMessage()), cause);
        }
        LOG.error("command: a service failed", cause);
        return new Failed("it failed inside (" + cause + "); the log has the details", e);
    }
}
