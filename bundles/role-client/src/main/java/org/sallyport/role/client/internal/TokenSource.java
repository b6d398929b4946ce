// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import org.jspecify.annotations.Nullable;

/** A token that was asked for at start or by the settings, from its file to its attachments. On the role's thread. */
final class TokenSource {
    private final String path;
    private final boolean ofSettings;
    private @Nullable String text;
    private volatile String problem = "";
    private boolean used;

    /** @param ofSettings whether the settings name it, so that it goes when they no longer do */
    TokenSource(String path, boolean ofSettings) {
        this.path = path;
        this.ofSettings = ofSettings;
    }

    String path() {
        return path;
    }

    boolean ofSettings() {
        return ofSettings;
    }

    /** {@return the token, once it is read and before it is used; a secret} */
    @Nullable
    String unused() {
        return used ? null : text;
    }

    void read(String token) {
        text = token;
    }

    /** It became attachments, which keep the token now. */
    void use() {
        used = true;
        text = null;
    }

    /** {@return whether it became attachments} */
    boolean used() {
        return used;
    }

    /** {@return why it is of no use, empty when it is; on any thread} */
    String problem() {
        return problem;
    }

    void fail(String reason) {
        problem = reason;
        text = null;
    }
}
