// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sallyport.api.Acl;
import org.sallyport.api.AclEdit;
import org.sallyport.api.AclRule;
import org.sallyport.api.ClientKey;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Ids;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ResourceTls;
import org.sallyport.api.SourceAccess;
import org.sallyport.api.SourceRule;
import org.sallyport.api.TokenState;

/** Records with random, valid content, the same for the same seed; and a wait with a limit. */
final class Samples {
    private final Random random;
    private final Ids ids;

    Samples(long seed) {
        random = new Random(seed);
        ids = new Ids(random);
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    static String permissions(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Gateway gateway() {
        List<AclRule> rules = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            rules.add(rule());
        }
        Acl acl = Acl.EMPTY;
        for (AclRule rule : rules) {
            acl = acl.with(rule);
        }
        return new Gateway(
                ids.gateway("local"),
                text(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                new TokenState(random.nextInt(1000), time(), random.nextBoolean() ? null : time()),
                acl,
                random.nextBoolean() ? AclEdit.BOTH : AclEdit.SERVER,
                random.nextBoolean() ? "round-robin" : "least-connections",
                1 + random.nextInt(1000),
                Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)));
    }

    Destination destination(GatewayId gateway) {
        return new Destination(
                ids.destination(gateway),
                gateway,
                text(),
                random.nextBoolean() ? Direction.CLOUD : Direction.ON_PREMISES,
                "tcp",
                new HostPort(
                        random.nextBoolean() ? "host-" + random.nextInt(100) : "2001:db8::1",
                        1 + random.nextInt(65_535)),
                1 + random.nextInt(65_535),
                random.nextBoolean(),
                DestinationOptions.DEFAULTS
                        .withConnectTimeout(Duration.ofMillis(1000 + random.nextInt(179_000)))
                        .withIdleTimeout(
                                random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(random.nextInt(2_592_000)))
                        .withMaxConnections(random.nextInt(1_000_000))
                        .withAlpn(random.nextBoolean() ? List.of() : List.of("h2", "http/1.1"))
                        .withSources(new SourceAccess(
                                random.nextBoolean(),
                                random.nextBoolean()
                                        ? List.of()
                                        : List.of(SourceRule.parse("10.0.0.0/8 1-" + (1 + random.nextInt(9)) + " me"))))
                        .withResourceTls(
                                random.nextBoolean()
                                        ? ResourceTls.NONE
                                        : new ResourceTls(LegSecurity.MUTUAL, "db.example", random.nextBoolean())));
    }

    ClientKey key(GatewayId gateway) {
        return new ClientKey(fingerprint(), gateway, text(), "192.0.2." + random.nextInt(256), time());
    }

    String fingerprint() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    int number(int bound) {
        return random.nextInt(bound);
    }

    private AclRule rule() {
        String host = List.of("", "db.example.com", "10.0.0.0/8", "2001:db8::/32", "192.0.2.7", "::1")
                .get(random.nextInt(6));
        boolean deny = random.nextBoolean();
        return new AclRule(
                deny ? AclRule.Action.DENY : AclRule.Action.ALLOW,
                host,
                random.nextBoolean() ? 0 : 1 + random.nextInt(65_535),
                deny || random.nextBoolean() ? "" : "/a:b/\u00fc[" + random.nextInt(10) + "]");
    }

    private Instant time() {
        return Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE));
    }

    private String text() {
        return List.of("plain", "with blanks and 'quotes\"", "Zürich 東京 🚀", "x".repeat(128), "\\u0000 {}[]")
                .get(random.nextInt(5));
    }
}
