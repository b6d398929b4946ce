// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.wire.control.RefusalCode;

/**
 * Decides who may attach. Pure: the same attempt against the same snapshot at the same time is decided alike, so a decision
 * can be made again inside a transaction.
 *
 * <p>An attempt is judged only after the signature of its token was verified, and a descriptor, which proves nothing, gets
 * the same answer whether its gateway requires a token or does not exist. So nobody without a token learns which gateways
 * there are.
 */
final class Admission {
    /** Client keys that one gateway remembers; an open gateway would otherwise let strangers fill the registry. */
    static final int MAX_KEYS = 10_000;

    private static final Duration OPERATOR = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(2);

    private Admission() {}

    /**
     * Somebody wants to attach.
     *
     * @param claims of the token, whose signature was verified, or of a descriptor
     * @param key fingerprint of the client's key
     * @param others how many clients are attached to the gateway, without the one whose place this one takes
     */
    record Attempt(TokenClaims claims, String key, int others) {}

    /** What was decided. */
    sealed interface Decision {}

    /**
     * The client may attach.
     *
     * @param newKey whether its key has to be remembered first
     */
    record Admitted(Gateway gateway, boolean newKey) implements Decision {}

    /**
     * The client may not attach.
     *
     * @param gateway the gateway that the token proved to be for; null when nothing was proved
     * @param text a sentence that says what to do
     * @param retry when it may be tried again; null: never
     */
    record Refused(@Nullable GatewayId gateway, RefusalCode code, String text, @Nullable Duration retry)
            implements Decision {}

    static Decision decide(Attempt attempt, RegistrySnapshot snapshot, Instant now) {
        TokenClaims claims = attempt.claims();
        GatewayId id = claims.gateway();
        Gateway gateway = snapshot.gateway(id);
        if (!claims.proof() && (gateway == null || gateway.tokenRequired())) {
            return never(
                    null,
                    RefusalCode.TOKEN_REQUIRED,
                    "gateway " + id
                            + " cannot be attached to with a descriptor; ask the server's operator for the token"
                            + " that gateway:token prints");
        }
        if (gateway == null) {
            return never(
                    id,
                    RefusalCode.UNKNOWN_GATEWAY,
                    "gateway " + id
                            + " does not exist any more on this server; ask its operator for a token of another");
        }
        if (snapshot.blockedKeys().contains(attempt.key())) {
            return never(
                    id,
                    RefusalCode.KEY_BLOCKED,
                    "the key of this client (" + attempt.key() + ") is blocked on this server; a client with another"
                            + " base directory has another key");
        }
        if (claims.proof() && claims.serial() != gateway.token().serial()) {
            return never(
                    id,
                    RefusalCode.TOKEN_REVOKED,
                    "this token of gateway " + id
                            + " was revoked by a newer one; ask the server's operator for that one");
        }
        // the gateway's own record decides as well: a token cannot outlive what the server keeps of it
        boolean expired = claims.expires() != null && !now.isBefore(claims.expires());
        if (claims.proof() && (expired || gateway.token().expiredAt(now))) {
            return never(
                    id,
                    RefusalCode.TOKEN_EXPIRED,
                    "the token of gateway " + id + " expired at " + claims.expires() + "; on the server, gateway:token "
                            + id + " --regenerate makes a new one");
        }
        boolean known = snapshot.keys().containsKey(new RegistrySnapshot.KeyOfGateway(id, attempt.key()));
        if (!known && !gateway.admitNewKeys()) {
            return later(
                    id,
                    RefusalCode.KEY_NOT_ADMITTED,
                    "gateway " + id + " admits no new keys, and the key of this client (" + attempt.key()
                            + ") is new to it; gateway:update " + id
                            + " --admit-new-keys yes on the server would admit it",
                    OPERATOR);
        }
        if (!known && keysOf(id, snapshot) >= MAX_KEYS) {
            return later(
                    id,
                    RefusalCode.KEY_NOT_ADMITTED,
                    "gateway " + id + " knows " + MAX_KEYS + " client keys already and remembers no more",
                    OPERATOR);
        }
        if (!gateway.enabled()) {
            return later(
                    id,
                    RefusalCode.GATEWAY_DISABLED,
                    "gateway " + id + " is disabled; on the server, gateway:enable " + id + " enables it",
                    OPERATOR);
        }
        if (attempt.others() >= gateway.maxClients()) {
            return later(
                    id,
                    RefusalCode.TOO_MANY_CLIENTS,
                    "gateway " + id + " has " + attempt.others() + " clients and admits " + gateway.maxClients()
                            + "; it is tried again when one may have gone",
                    OPERATOR);
        }
        return new Admitted(gateway, !known);
    }

    /** What was shown is no token of this server. */
    static Refused invalid(String text) {
        return never(null, RefusalCode.TOKEN_INVALID, text);
    }

    /** What was said is no attach. */
    static Refused malformed(String text) {
        return never(null, RefusalCode.MALFORMED, text);
    }

    /** It cannot be decided now. */
    static Refused unavailable(@Nullable GatewayId gateway, String text) {
        return later(gateway, RefusalCode.UNAVAILABLE, text, SOON);
    }

    /** The server is about to stop, and may be about to start again. */
    static Refused draining() {
        return later(null, RefusalCode.DRAINING, "the server is stopping; it may come back", SOON);
    }

    /** An operator drains the client that is to be continued. */
    static Refused drained(GatewayId gateway) {
        return later(
                gateway,
                RefusalCode.DRAINING,
                "this client is being drained; it may come back when that is over",
                SOON);
    }

    private static long keysOf(GatewayId gateway, RegistrySnapshot snapshot) {
        return snapshot.keys().keySet().stream()
                .filter(key -> key.gateway().equals(gateway))
                .count();
    }

    private static Refused never(@Nullable GatewayId gateway, RefusalCode code, String text) {
        return new Refused(gateway, code, text, null);
    }

    private static Refused later(@Nullable GatewayId gateway, RefusalCode code, String text, Duration retry) {
        return new Refused(gateway, code, text, retry);
    }
}
