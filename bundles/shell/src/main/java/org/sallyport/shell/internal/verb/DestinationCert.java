// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Shown;
import org.sallyport.api.pki.ApplicationCredentials;
import org.sallyport.api.pki.CertificateFacts;
import org.sallyport.api.pki.CertificateIssuer;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.DestinationView;

final class DestinationCert implements Verb {
    private static final String ACTIONS = "list, upload, remove, issue, issue-client, revoke or authority";
    private static final Argument ACTION = Argument.required(
            "ACTION",
            ACTIONS,
            Completion.words("list", "upload", "remove", "issue", "issue-client", "revoke", "authority"));
    private static final Argument WHAT = Argument.optional(
            "WHAT",
            "upload, remove: ingress, application-cas, egress or resource-cas; issue: the names that applications connect to,"
                    + " with commas between; issue-client: the application's name; revoke: a serial number; authority:"
                    + " ingress or egress",
            Completion.words("ingress", "application-cas", "egress", "resource-cas"));
    private static final Argument SOURCE =
            Argument.optional("FILE", "what is uploaded: PEM, DER or PKCS#12", Completion.NOTHING);
    private static final Option KEY = Option.value("--key", "FILE", "the private key, where it is a file of its own");
    private static final Option PASSPHRASE = Option.value(
            "--passphrase-file", "FILE", "what opens the key, or protects the PKCS#12 file, in its first line");
    private static final Option FILE = Option.value(
            "--file", "FILE", "writes key and certificate there, readable by its owner only; .p12 makes it PKCS#12");
    private static final Option DAYS =
            Option.value("--days", "N", "how long an application's certificate is valid; 365 unless told otherwise");
    private static final Option WILDCARDS = Option.flag("--wildcards", "names with a star may be issued");

    private static final int USUAL_DAYS = 365;
    private static final int MOST_DAYS = 396;
    private static final int LINE = 64;

    /**
     * What a destination has at this end, as it is shown.
     *
     * @param clientNames what is signed for clients where applications connect to them; else empty
     */
    record Held(String destination, List<Entry> certificates, List<String> clientNames) {}

    /** One certificate, never its key; the role {@code application} is for those that were issued to applications. */
    record Entry(
            String role,
            String origin,
            String subject,
            List<String> names,
            String issuer,
            String serial,
            String fingerprint,
            Instant notBefore,
            Instant notAfter,
            String keyType) {
        static Entry of(String role, String origin, CertificateFacts facts) {
            return new Entry(
                    role,
                    origin,
                    facts.subject(),
                    facts.names(),
                    facts.issuer(),
                    facts.serial(),
                    facts.fingerprint(),
                    facts.notBefore(),
                    facts.notAfter(),
                    facts.keyType());
        }
    }

    @Override
    public Syntax syntax() {
        return Syntax.of(
                        "destination",
                        "cert",
                        "Shows and changes the certificates of a destination; at a server those for its clients' end, too.")
                .with(DestinationText.ID)
                .with(ACTION)
                .with(WHAT)
                .with(SOURCE)
                .with(KEY, PASSPHRASE, FILE, DAYS, WILDCARDS, Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        DestinationId id = Ids.destination(call.given().text(DestinationText.ID));
        String action = call.given().text(ACTION);
        switch (action) {
            case "list" -> show(call, id);
            case "upload" -> upload(call, id);
            case "remove" -> {
                CertificateRole role = role(call);
                call.await(call.services().certificates().remove(id, role));
                changed(call, id);
            }
            case "issue" -> {
                issue(call, id);
                changed(call, id);
            }
            case "issue-client" -> issueClient(call, id);
            case "revoke" -> {
                call.await(call.services().issuer().revoke(id, what(call, "a serial number")));
                changed(call, id);
            }
            case "authority" -> authority(call);
            default -> throw syntax().wrong("action '" + Shown.of(action) + "' is none of " + ACTIONS);
        }
    }

    private String what(Call call, String expected) {
        String what = call.given().textOrNull(WHAT);
        if (what == null) {
            throw syntax().wrong("WHAT is missing (" + expected + ")");
        }
        return what;
    }

    private CertificateRole role(Call call) {
        return CertificateRole.of(what(call, "ingress, application-cas, egress or resource-cas"));
    }

    /** Where applications connect to clients, each of them makes its own key: what is decided here is its certificate's name. */
    private void issue(Call call, DestinationId id) {
        CertificateNames names = new CertificateNames(
                List.of(what(call, "names").split(",", -1)), call.given().has(WILDCARDS));
        CertificateIssuer issuer = call.services().issuer();
        DestinationView destination = shown(call, id);
        if (destination != null && destination.direction().equals("cloud")) {
            call.await(issuer.nameIngress(id, names));
        } else {
            call.await(issuer.issueIngress(id, names));
        }
    }

    /** {@return the destination of this server, which says so when there is none; null where no server is} */
    private static @Nullable DestinationView shown(Call call, DestinationId id) {
        DestinationService server = call.services().anyDestinations();
        if (server == null) {
            return null;
        }
        boolean certain = call.services().anyAttachments() == null || isKnown(call, server, id);
        return certain ? call.await(server.show(id)) : null;
    }

    /** A container may be a server and a client of another one. */
    private static boolean isKnown(Call call, DestinationService server, DestinationId id) {
        return call.await(server.list(null)).stream().anyMatch(one -> one.id().equals(id.value()));
    }

    /** Returns when the change is in force, at clients too, and shows what there is then. */
    private static void changed(Call call, DestinationId id) {
        DestinationService server = call.services().anyDestinations();
        if (server != null && shown(call, id) != null) {
            call.changed(server.certificatesChanged(id));
        }
        show(call, id);
    }

    private void upload(Call call, DestinationId id) {
        CertificateRole role = role(call);
        Given given = call.given();
        String file = given.textOrNull(SOURCE);
        if (file == null) {
            throw syntax().wrong("FILE is missing (what is uploaded)");
        }
        List<byte[]> files = new ArrayList<>();
        files.add(call.console().readBytes(file, CertificateUpload.MAX_BYTES));
        String key = given.text(KEY);
        if (key != null) {
            files.add(call.console().readBytes(key, CertificateUpload.MAX_BYTES));
        }
        String passphrase = passphrase(call);
        DestinationView unused = shown(call, id); // before a certificate is stored for what is not there
        call.await(call.services().certificates().upload(id, role, new CertificateUpload(files, passphrase)));
        changed(call, id);
    }

    private static @Nullable String passphrase(Call call) {
        String file = call.given().text(PASSPHRASE);
        return file == null
                ? null
                : call.console().read(file).lines().findFirst().orElse("");
    }

    private void issueClient(Call call, DestinationId id) {
        String name = what(call, "the application's name");
        String file = call.given().text(FILE);
        Path target = file == null ? null : call.console().file(file);
        if (target != null) {
            SecretFile.check(target); // before anything is issued
        }
        int days = call.given().number(DAYS, 1, MOST_DAYS, USUAL_DAYS);
        DestinationView destination = shown(call, id);
        ApplicationCredentials made = call.await(
                call.services().issuer().issueApplication(id, name, Duration.ofDays(days), passphrase(call)));
        if (destination != null) {
            call.changed(call.services().destinations().certificatesChanged(id));
        }
        if (target == null) {
            call.print(new String(made.pem(), StandardCharsets.US_ASCII));
            return;
        }
        boolean pkcs12 = target.toString().toLowerCase(Locale.ROOT).matches(".*\\.(p12|pfx)");
        SecretFile.write(target, pkcs12 ? made.pkcs12() : made.pem());
        call.print(made.certificate().facts().serial());
        if (pkcs12 && !call.given().has(PASSPHRASE)) {
            call.print(made.passphrase());
        }
    }

    private void authority(Call call) {
        String which = what(call, "ingress or egress");
        if (!which.equals("ingress") && !which.equals("egress")) {
            throw syntax().wrong("'" + Shown.of(which) + "' is neither ingress nor egress");
        }
        X509Certificate authority = which.equals("ingress")
                ? call.services().issuer().ingressAuthority()
                : call.await(call.services().issuer().egressAuthority());
        try {
            call.print("-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(authority.getEncoded())
                    + "\n-----END CERTIFICATE-----\n");
        } catch (CertificateEncodingException e) {
            throw new Failed("the authority's certificate cannot be written: " + e.getMessage(), e);
        }
    }

    private static void show(Call call, DestinationId id) {
        DestinationView destination = shown(call, id);
        List<Entry> entries = new ArrayList<>();
        call.await(call.services().certificates().list(id))
                .forEach(one -> entries.add(
                        Entry.of(one.role().word(), one.origin().name().toLowerCase(Locale.ROOT), one.facts())));
        var issuer = call.services().anyIssuer();
        if (issuer != null) {
            call.await(issuer.applications(id))
                    .forEach(one -> entries.add(
                            Entry.of("application", one.revoked() == null ? "issued" : "revoked", one.facts())));
        }
        List<String> names = List.of();
        if (issuer != null && destination != null && destination.direction().equals("cloud")) {
            names = call.await(issuer.namesOfIngress(id)).names();
        }
        call.show(new Held(id.value(), List.copyOf(entries), names), DestinationCert::words);
    }

    private static String words(Held held) {
        return Table.<Entry>of(
                                row -> List.of(
                                        row.role(),
                                        row.origin(),
                                        row.subject(),
                                        String.join(", ", row.names()),
                                        row.notAfter(),
                                        row.serial()),
                                "Role",
                                "Origin",
                                "Subject",
                                "Names",
                                "Valid until",
                                "Serial")
                        .text(held.certificates(), held.destination() + " has no certificates at this end.")
                + (held.clientNames().isEmpty()
                        ? ""
                        : "Keys that its clients make are certified for " + String.join(", ", held.clientNames())
                                + ".\n");
    }
}
