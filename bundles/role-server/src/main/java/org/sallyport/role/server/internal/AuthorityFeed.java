// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.TokenAuthority;
import org.sallyport.api.pki.TunnelAuthority;
import org.sallyport.api.pki.TunnelIdentity;
import org.sallyport.api.service.Refusal;

/**
 * The authorities of the pki bundle as the role lives with them: they may go and come back, and the last tunnel identity
 * stays, so that an open tunnel port goes on. Safe for every thread; no lock is held while an authority is called.
 */
@Component(service = AuthorityFeed.class)
public final class AuthorityFeed {
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private volatile @Nullable Binding current;
    private volatile @Nullable TokenAuthority tokens;
    private volatile @Nullable TunnelIdentity identity;

    @Activate
    public AuthorityFeed() {}

    /** One tunnel authority while it is there. */
    private final class Binding {
        private final TunnelAuthority authority;
        private @Nullable Registration watch;

        Binding(TunnelAuthority authority) {
            this.authority = authority;
        }

        void accept(TunnelIdentity next) {
            if (current == this) {
                identity = next;
                tell();
            }
        }
    }

    @Reference(
            service = TunnelAuthority.class,
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindTunnels(TunnelAuthority authority) {
        Binding before = current;
        Binding next = new Binding(authority);
        current = next;
        next.watch = authority.watch(next::accept);
        close(before);
    }

    void unbindTunnels(TunnelAuthority authority) {
        Binding bound = current;
        if (bound != null && bound.authority == authority) {
            current = null;
            close(bound);
            tell();
        }
    }

    @Reference(
            service = TokenAuthority.class,
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindTokens(TokenAuthority authority) {
        tokens = authority;
        tell();
    }

    void unbindTokens(TokenAuthority authority) {
        if (tokens == authority) {
            tokens = null;
            tell();
        }
    }

    private static void close(@Nullable Binding binding) {
        if (binding != null && binding.watch != null) {
            binding.watch.close();
        }
    }

    private void tell() {
        watchers.forEach(Runnable::run);
    }

    /** Tells whenever the identity or the presence of an authority changed, on any thread; the watcher must not block. */
    Registration watch(Runnable watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /** {@return whether both authorities are there now} */
    boolean present() {
        return current != null && tokens != null;
    }

    /** {@return the last tunnel identity, null when there never was one} */
    @Nullable
    TunnelIdentity identity() {
        return identity;
    }

    /** {@return who checks tokens, null while it is away} */
    @Nullable
    TokenAuthority tokens() {
        return tokens;
    }

    /** {@return who makes tokens; fails with {@link Refusal} while it is away} */
    TokenAuthority requireTokens() {
        TokenAuthority there = tokens;
        if (there == null) {
            throw away();
        }
        return there;
    }

    /** {@return the last tunnel identity; fails with {@link Refusal} when there never was one} */
    TunnelIdentity requireIdentity() {
        TunnelIdentity known = identity;
        if (known == null) {
            throw away();
        }
        return known;
    }

    private static Refusal away() {
        return Refusal.unavailable("the key authority is away: bundle org.sallyport.pki does not run; no token can be"
                + " made and nobody can attach until it is back");
    }
}
