// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.CertificateIssuer;
import org.sallyport.api.pki.HeldCertificates;
import org.sallyport.api.pki.HeldLeg;
import org.sallyport.api.service.Refusal;

/**
 * The certificates of the pki bundle as the role lives with them: while that is away, what it told last stays, so that no
 * client is told to let go of anything. Safe for every thread; no lock is held while a service is called.
 */
@Component(service = CertificateFeed.class)
public final class CertificateFeed {
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private volatile @Nullable Binding current;
    private volatile @Nullable CertificateIssuer issuer;
    private volatile @Nullable HeldSnapshot snapshot;

    @Activate
    public CertificateFeed() {}

    /** One service while it is there. */
    private final class Binding {
        private final HeldCertificates held;
        private @Nullable Registration watch;

        Binding(HeldCertificates held) {
            this.held = held;
        }

        void accept(List<HeldLeg> legs) {
            if (current == this) {
                snapshot = new HeldSnapshot(legs);
                watchers.forEach(Runnable::run);
            }
        }
    }

    @Reference(
            service = HeldCertificates.class,
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindHeld(HeldCertificates held) {
        Binding before = current;
        Binding next = new Binding(held);
        current = next;
        next.watch = held.watch(next::accept);
        close(before);
    }

    void unbindHeld(HeldCertificates held) {
        Binding bound = current;
        if (bound != null && bound.held == held) {
            current = null;
            close(bound);
        }
    }

    @Reference(
            service = CertificateIssuer.class,
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindIssuer(CertificateIssuer there) {
        issuer = there;
    }

    void unbindIssuer(CertificateIssuer there) {
        if (issuer == there) {
            issuer = null;
        }
    }

    private static void close(@Nullable Binding binding) {
        if (binding != null && binding.watch != null) {
            binding.watch.close();
        }
    }

    /** Tells whenever the snapshot changed, on any thread; the watcher must not block. */
    Registration watch(Runnable watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /** {@return the last snapshot, null when there never was one} */
    @Nullable
    HeldSnapshot snapshot() {
        return snapshot;
    }

    /** {@return completes when what was changed before this call is in the snapshot} */
    CompletionStage<Void> caughtUp() {
        Binding bound = current;
        if (bound == null) {
            return CompletableFuture.failedStage(away());
        }
        return bound.held.now().thenAccept(bound::accept);
    }

    /** {@return who signs; fails with {@link Refusal} while it is away} */
    CertificateIssuer requireIssuer() {
        CertificateIssuer there = issuer;
        if (there == null) {
            throw away();
        }
        return there;
    }

    private static Refusal away() {
        return Refusal.unavailable(
                "the certificates are away: bundle org.sallyport.pki does not run; try again when it is back");
    }
}
