// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.GatewayId;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.api.config.LaunchOptions;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.InvalidTokenException;
import org.sallyport.api.pki.TokenReader;
import org.sallyport.api.service.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens that the command line and the settings name, from their files to attachments. A token that cannot be used is
 * told and stops no other. On the role's thread, but for {@link #sources()}.
 *
 * <p>A file is read once: what it says later counts at the next start, or when the settings name it anew.
 */
final class StartTokens {
    private static final Logger LOG = LoggerFactory.getLogger(StartTokens.class);

    /** Who attaches with a token, and hears of one that is of no use. */
    interface Owner {
        /**
         * An order is to be attached.
         *
         * @throws Refusal when its gateway is held with another server
         */
        void attach(AttachOrder order);

        /** An order's token is not wanted any more. */
        void withdraw(TokenSource source);

        /** A token is of no use; the event was published. */
        void useless();
    }

    private final RoleContext role;
    private final LaunchOptions launch;
    private final TokenFiles files;
    private final Owner owner;
    private final List<TokenSource> sources = new CopyOnWriteArrayList<>();

    StartTokens(RoleContext role, LaunchOptions launch, TokenFiles files, Owner owner) {
        this.role = role;
        this.launch = launch;
        this.files = files;
        this.owner = owner;
    }

    /** {@return all that are wanted; on any thread} */
    List<TokenSource> sources() {
        return sources;
    }

    /** {@return whether one may still become attachments} */
    boolean open() {
        return sources.stream()
                .anyMatch(source -> !source.used() && source.problem().isEmpty());
    }

    void begin(ClientSettings settings) {
        launch.tokenFiles().forEach(path -> want(new TokenSource(path, false)));
        settings.tokenFiles().forEach(path -> want(new TokenSource(path, true)));
    }

    /** The settings may name other files. */
    void changed(ClientSettings settings) {
        for (TokenSource source : List.copyOf(sources)) {
            if (source.ofSettings() && !settings.tokenFiles().contains(source.path())) {
                sources.remove(source);
                owner.withdraw(source);
            }
        }
        for (String path : settings.tokenFiles()) {
            if (sources.stream()
                    .noneMatch(source -> source.ofSettings() && source.path().equals(path))) {
                want(new TokenSource(path, true));
            }
        }
    }

    private void want(TokenSource source) {
        sources.add(source);
        files.read(source.path()).whenComplete((text, failure) -> role.serial().execute(() -> {
            if (failure == null) {
                source.read(text);
                use(source);
            } else {
                useless(source, String.valueOf(failure.getMessage()));
            }
        }));
    }

    /** Uses those that waited for somebody who can read them. */
    void use() {
        sources.forEach(this::use);
    }

    private void use(TokenSource source) {
        @Nullable String token = source.unused();
        @Nullable TokenReader reader = role.parts().get().reader();
        if (token == null || reader == null || !sources.contains(source)) {
            return;
        }
        try {
            AttachOrder order = new AttachOrder(token, reader.read(token), launch.server(), source);
            try {
                owner.attach(order);
                source.use();
            } catch (Refusal e) {
                useless(source, order.gateway(), "gateway-held", "token file " + source.path() + ": " + e.getMessage());
            }
        } catch (InvalidTokenException | IllegalArgumentException e) {
            useless(source, "token file " + source.path() + ": " + e.getMessage());
        }
    }

    private void useless(TokenSource source, String reason) {
        useless(source, null, "token-unreadable", reason);
    }

    private void useless(TokenSource source, @Nullable GatewayId gateway, String code, String reason) {
        if (sources.contains(source)) {
            source.fail(reason);
            LOG.warn("{}", reason);
            role.events().publish(new Event.AttachRefused(gateway, code, reason, null, ""));
            owner.useless();
        }
    }
}
