// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Client to server, first of all: asks to be attached to the gateway that the token names.
 *
 * @param token the security token; a secret, not shown by {@link #toString}. Null when there is a descriptor
 * @param descriptor the descriptor of an open gateway; null when there is a token
 * @param replaces the client ID of an attachment of the same key that is lost and ends now; null: none
 * @param continuesClient the client ID of an attachment of the same key that this tunnel takes over, the old one draining;
 *     null: none. On the wire {@code continues}
 * @param host name of the client's machine, for people
 * @param version version of the client's software
 * @param features what the client can do beyond version 1 of the protocol
 * @param labels free words about the client, for people
 * @param allow rules that the client wishes added to the gateway's ACL if they are not there
 * @param acl a list that the client wishes in place of the gateway's ACL; null: none
 */
public record Attach(
        @Nullable String token,
        @Nullable String descriptor,
        @Nullable String replaces,
        @Nullable String continuesClient,
        String host,
        String version,
        List<String> features,
        Map<String, String> labels,
        List<AclEntry> allow,
        @Nullable List<AclEntry> acl)
        implements ControlMessage {

    static final MessageType<Attach> TYPE = new MessageType<>("attach", Attach.class, Attach::read, Attach::write);

    public Attach {
        if ((token == null) == (descriptor == null)) {
            throw new IllegalArgumentException((token == null ? "neither" : "both") + " of \"token\" and \"descriptor\""
                    + (token == null ? " is" : " are") + " there; expected one of them");
        }
        requireNonNull(host, "host");
        requireNonNull(version, "version");
        features = List.copyOf(features);
        labels = Check.sorted(labels);
        allow = List.copyOf(allow);
        acl = acl == null ? null : List.copyOf(acl);
    }

    /** With a token and no wishes. */
    public static Attach withToken(String token, String host, String version) {
        return new Attach(
                requireNonNull(token, "token"), null, null, null, host, version, List.of(), Map.of(), List.of(), null);
    }

    /** With the descriptor of an open gateway and no wishes. */
    public static Attach withDescriptor(String descriptor, String host, String version) {
        return new Attach(
                null,
                requireNonNull(descriptor, "descriptor"),
                null,
                null,
                host,
                version,
                List.of(),
                Map.of(),
                List.of(),
                null);
    }

    /** The same, in place of a lost attachment; null: none. */
    public Attach replacing(@Nullable String client) {
        return new Attach(token, descriptor, client, continuesClient, host, version, features, labels, allow, acl);
    }

    /** The same, taking an attachment over; null: none. */
    public Attach continuing(@Nullable String client) {
        return new Attach(token, descriptor, replaces, client, host, version, features, labels, allow, acl);
    }

    /** The same with features and labels. */
    public Attach describing(List<String> newFeatures, Map<String, String> newLabels) {
        return new Attach(
                token, descriptor, replaces, continuesClient, host, version, newFeatures, newLabels, allow, acl);
    }

    /** The same with wishes for the ACL. */
    public Attach wishing(List<AclEntry> newAllow, @Nullable List<AclEntry> newAcl) {
        return new Attach(
                token, descriptor, replaces, continuesClient, host, version, features, labels, newAllow, newAcl);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "Attach[" + (token == null ? "descriptor" : "token") + ", replaces=" + replaces + ", continues="
                + continuesClient + ", host=" + host + ", version=" + version + ", features=" + features + ", labels="
                + labels + ", allow=" + allow + ", acl=" + acl + "]";
    }

    private static Attach read(Fields fields) throws ControlViolation {
        return new Attach(
                fields.textOrNull("token"),
                fields.textOrNull("descriptor"),
                fields.textOrNull("replaces"),
                fields.textOrNull("continues"),
                fields.textOr("host", ""),
                fields.text("version"),
                fields.texts("features"),
                fields.textMap("labels"),
                fields.list("allow", AclEntry::read),
                fields.listOrNull("acl", AclEntry::read));
    }

    private void write(MapWriter map) {
        map.text("token", token)
                .text("descriptor", descriptor)
                .text("replaces", replaces)
                .text("continues", continuesClient)
                .textUnless("", "host", host)
                .text("version", version)
                .texts("features", features)
                .textMap("labels", labels)
                .list("allow", allow, AclEntry::write)
                .listEvenEmpty("acl", acl, AclEntry::write);
    }
}
