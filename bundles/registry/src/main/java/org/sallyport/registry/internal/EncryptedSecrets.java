// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.Shown;
import org.sallyport.api.registry.SecretStore;

/** Secrets in the journal, encrypted under a key that lies beside it. */
@Component
public final class EncryptedSecrets implements SecretStore {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,99}");

    private final EmbeddedStore store;

    @Activate
    public EncryptedSecrets(@Reference EmbeddedStore store) {
        this.store = store;
    }

    @Override
    public CompletionStage<byte @Nullable []> get(String name) {
        check(name);
        return store.read(contents -> {
            byte[] encrypted = contents.secrets().get(name);
            return encrypted == null ? null : store.cipher(contents).decrypt(name, encrypted);
        });
    }

    @Override
    public CompletionStage<byte[]> putIfAbsent(String name, byte[] secret) {
        check(name);
        byte[] kept = secret.clone();
        return store.change(contents -> {
            byte[] there = contents.secrets().get(name);
            return there == null
                    ? step(contents, name, kept)
                    : new Step<>(contents, List.of(), store.cipher(contents).decrypt(name, there));
        });
    }

    @Override
    public CompletionStage<Void> put(String name, byte[] secret) {
        check(name);
        byte[] kept = secret.clone();
        return store.change(contents -> step(contents, name, kept)).thenAccept(stored -> {});
    }

    @Override
    public CompletionStage<Void> remove(String name) {
        check(name);
        return store.change(contents -> contents.secrets().containsKey(name)
                        ? new Step<>(contents.without(name), List.of(Records.removeSecret(name)), name)
                        : new Step<>(contents, List.of(), name))
                .thenAccept(removed -> {});
    }

    @Override
    public CompletionStage<List<String>> names(String prefix) {
        return store.read(contents -> contents.secrets().keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .sorted()
                .toList());
    }

    private Step<byte[]> step(Contents contents, String name, byte[] secret) {
        byte[] encrypted = store.cipher(contents).encrypt(name, secret);
        return new Step<>(contents.with(name, encrypted), List.of(Records.put(name, encrypted)), secret);
    }

    private static void check(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("secret '" + Shown.of(name)
                    + "': expected a name of small letters, digits, dots and dashes, at most 100 characters");
        }
    }
}
