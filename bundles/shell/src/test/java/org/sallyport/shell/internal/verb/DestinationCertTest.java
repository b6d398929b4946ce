// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.shell.internal.FakeCertificates;
import org.sallyport.shell.internal.FakeServer;

@Timeout(20)
final class DestinationCertTest {
    private static final String CERT = "destination:cert " + FakeServer.ON_PREMISES + " ";

    private final Bench bench = new Bench();
    private final FakeCertificates certificates = new FakeCertificates();

    @TempDir
    Path directory;

    @BeforeEach
    void certificates() {
        bench.services.certificates = certificates;
        bench.services.issuer = certificates;
        bench.directory = directory;
    }

    private void file(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    @Test
    void listShowsWhatThereIsAndWhatWasIssued() {
        bench.run(CERT + "list");

        assertThat(bench.out())
                .contains("ingress     | issued  | CN=db.example | db.example | 2027-01-01T00:00:00Z | c0ffee")
                .contains("application | revoked | CN=db.example");
        bench.run(CERT + "list -o json");
        assertThat(bench.out()).contains("\"role\" : \"ingress\"").contains("\"notAfter\" : \"2027-01-01T00:00:00Z\"");
    }

    @Test
    void filesAreUploadedWithWhatOpensThem() throws IOException {
        file("cert.pem", "cert");
        file("key.pem", "key");
        file("secret", "open sesame\n");

        bench.run(CERT + "upload ingress cert.pem --key key.pem --passphrase-file secret");

        assertThat(certificates.asked).startsWith("upload ingress 2 open sesame");
    }

    @Test
    void whatCannotBeUploadedIsRefusedWithTheReason() throws IOException {
        file("rubbish.pem", "rubbish");
        file("cert.pem", "cert");

        assertThatThrownBy(() -> bench.run(CERT + "upload ingress rubbish.pem")).hasMessage("it is no certificate");
        assertThatThrownBy(() -> bench.run(CERT + "upload ingress none.pem")).hasMessageContaining("there is no file");
        assertThatThrownBy(() -> bench.run(CERT + "upload ingress")).hasMessageStartingWith("FILE is missing");
        assertThatThrownBy(() -> bench.run(CERT + "upload front cert.pem"))
                .hasMessageStartingWith("certificate role 'front': expected ingress");
        assertThatThrownBy(() -> bench.run(CERT + "renew")).hasMessageStartingWith("action 'renew' is none of");
    }

    @Test
    void theServerTakesWhatClientsNeedAndWaitsForThem() throws IOException {
        file("ca.pem", "ca");

        bench.run(CERT + "upload resource-cas ca.pem");
        assertThat(certificates.asked).startsWith("upload resource-cas 1 -");
        assertThat(bench.server.asked).contains("certificates " + FakeServer.ON_PREMISES);
        bench.server.asked.clear();
        bench.services.destinations = null;
        bench.run(CERT + "upload resource-cas ca.pem");
        assertThat(bench.server.asked).isEmpty();
    }

    @Test
    void ofACloudDestinationTheNamesAreDecidedForWhichClientsGetCertificates() {
        String cloud = "destination:cert " + FakeServer.CLOUD;
        bench.run(cloud + " issue laptop.example");

        assertThat(certificates.asked).contains("name [laptop.example]");
        assertThat(bench.out()).endsWith("Keys that its clients make are certified for laptop.example.\n");
        bench.run(cloud + " list -o json");
        assertThat(bench.out()).containsPattern("\"clientNames\" : \\[\\s*\"laptop.example\"\\s*\\]");
        bench.run(CERT + "list -o json");
        assertThat(bench.out()).containsPattern("\"clientNames\" : \\[\\s*\\]");
    }

    @Test
    void certificatesAreIssuedForNamesAndRevoked() {
        bench.run(CERT + "issue db.example,10.0.0.7");
        bench.run(CERT + "revoke c0ffee");
        bench.run(CERT + "remove ingress");

        assertThat(certificates.asked).contains("issue [db.example, 10.0.0.7]", "revoke c0ffee", "remove ingress");
        assertThatThrownBy(() -> bench.run(CERT + "issue *.example")).hasMessageContaining("a certificate with a star");
    }

    @Test
    void anApplicationsKeyGoesToAFileOfItsOwnersOnly() throws IOException {
        bench.run(CERT + "issue-client app-1 --file app.p12");

        assertThat(bench.out()).isEqualTo("c0ffee\nmade-up\n");
        assertThat(directory.resolve("app.p12")).hasContent("PKCS12");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("app.p12"))))
                .isEqualTo("rw-------");
        bench.run(CERT + "issue-client app-1 --days 30");
        assertThat(bench.out()).isEqualTo("PEM\n");
        assertThat(certificates.asked).contains("issue-client app-1 365 null", "issue-client app-1 30 null");
        assertThatThrownBy(() -> bench.run(CERT + "issue-client app-1 --file none/app.pem"))
                .hasMessageContaining("there is no directory");
        assertThat(certificates.asked).hasSize(2);
    }
}
