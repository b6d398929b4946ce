// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Ids;
import org.sallyport.api.pki.InvalidTokenException;
import org.sallyport.api.pki.TokenClaims;

@Timeout(60)
class TokenTest {
    private static final String SERVER = "x7k2m9q4r5t6w8z1.sallyport";
    private static final TokenClaims CLAIMS = new TokenClaims(
            new GatewayId("qsn47KM8iTa_local"),
            3,
            Instant.ofEpochSecond(1_772_366_400),
            Instant.ofEpochSecond(1_780_142_400),
            List.of(HostPort.parse("gateway.example.com:9000"), HostPort.parse("[2001:db8::1]:9000")),
            SERVER,
            "0123456789abcdef".repeat(4),
            true);

    private final SigningTokenAuthority authority = new SigningTokenAuthority(SERVER, rfc6979Key());
    private final CompactTokenReader reader = new CompactTokenReader();

    @Test
    void whatIsIssuedIsVerifiedAndRead() {
        String token = authority.issue(CLAIMS);

        assertThat(authority.verify(token)).isEqualTo(CLAIMS);
        assertThat(reader.read(token)).isEqualTo(CLAIMS);
    }

    @Test
    void theClaimsAreThoseOfTheProduct() {
        assertThat(part(authority.issue(CLAIMS), 0)).isEqualTo("{\"alg\":\"ES256\",\"typ\":\"JWT\"}");
        assertThat(part(authority.issue(CLAIMS), 1))
                .isEqualTo("{\"configuration_id\":\"qsn47KM8iTa_local\",\"region\":\"local\",\"iat\":1772366400,"
                        + "\"exp\":1780142400,\"sp_serial\":3,\"sp_addresses\":[\"gateway.example.com:9000\","
                        + "\"[2001:db8::1]:9000\"],\"sp_server\":\"x7k2m9q4r5t6w8z1.sallyport\",\"sp_pin\":\""
                        + "0123456789abcdef".repeat(4) + "\"}");
    }

    /** Also with a later version of this code: the signature is that of the first one, under the key of RFC 6979. */
    @Test
    void equalClaimsGiveAnEqualToken() {
        SigningTokenAuthority other = new SigningTokenAuthority(SERVER, rfc6979Key());

        assertThat(authority.issue(CLAIMS))
                .isEqualTo(authority.issue(CLAIMS))
                .isEqualTo(other.issue(CLAIMS))
                .endsWith(".zlShWXDV3r29uS1-yMZ-MbsszC6k7Pb63U822Bt7yGvUM0t1NYBafZNvpFLErnUeesQTEYFx38MRUYwUqmvfyQ");
    }

    /** RFC 6979 §A.2.5, SHA-256. */
    @Test
    void signaturesAreThoseOfTheRfc() {
        Es256Signer signer = new Es256Signer(rfc6979Key().getPrivate());

        assertThat(HexFormat.of().withUpperCase().formatHex(signer.sign("sample".getBytes(US_ASCII))))
                .isEqualTo("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
                        + "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
        assertThat(HexFormat.of().withUpperCase().formatHex(signer.sign("test".getBytes(US_ASCII))))
                .isEqualTo("F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
                        + "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083");
    }

    @Test
    void theSignatureIsOneThatEveryEs256VerifierTakes() throws Exception {
        String token = authority.issue(CLAIMS);
        Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
        verifier.initVerify(rfc6979Key().getPublic());
        verifier.update(token.substring(0, token.lastIndexOf('.')).getBytes(US_ASCII));

        assertThat(verifier.verify(Base64.getUrlDecoder().decode(token.substring(token.lastIndexOf('.') + 1))))
                .isTrue();
    }

    @Test
    void aTokenWithoutExpiryHasNoExpClaim() {
        TokenClaims claims = claims(CLAIMS.gateway(), null, true);

        assertThat(part(authority.issue(claims), 1)).doesNotContain("exp");
        assertThat(authority.verify(authority.issue(claims))).isEqualTo(claims);
    }

    @Test
    void aDescriptorHasTheFormOfATokenWithoutProof() {
        TokenClaims claims = claims(CLAIMS.gateway(), null, false);
        String descriptor = authority.issue(claims);

        assertThat(part(descriptor, 0)).isEqualTo("{\"alg\":\"none\",\"typ\":\"JWT\"}");
        assertThat(descriptor).endsWith(".");
        assertThat(authority.verify(descriptor)).isEqualTo(claims);
        assertThat(reader.read(descriptor)).isEqualTo(claims);
    }

    @Test
    void aTokenWhoseSignatureWasStrippedIsADescriptorWithoutProof() {
        String token = authority.issue(CLAIMS);
        String stripped = TokenForm.PLAIN_HEADER + "." + rawPart(token, 1) + ".";

        assertThat(authority.verify(stripped).proof()).isFalse();
    }

    @Test
    void aDescriptorWithASignatureIsRefused() {
        String token = authority.issue(CLAIMS);

        refused(TokenForm.PLAIN_HEADER + token.substring(token.indexOf('.')), "is no security token");
    }

    @Test
    void aTokenHeaderWithoutSignatureIsRefused() {
        String token = authority.issue(CLAIMS);

        refused(token.substring(0, token.lastIndexOf('.') + 1), "no security token");
    }

    @Test
    void aTokenOfAnotherServerIsRefusedByName() {
        TokenClaims other = new TokenClaims(
                CLAIMS.gateway(), 1, CLAIMS.issued(), null, CLAIMS.addresses(), "other1.sallyport", CLAIMS.pin(), true);

        refused(
                new SigningTokenAuthority("other1.sallyport", Keys.make(new SecureRandom())).issue(other),
                "this is a security token of the server other1.sallyport, and this server is " + SERVER);
    }

    @Test
    void aTokenSignedWithAnotherKeyIsRefused() {
        refused(new SigningTokenAuthority(SERVER, Keys.make(new SecureRandom())).issue(CLAIMS), "signature is wrong");
    }

    @Test
    void aTokenSignedWithThePublicKeyAsASharedSecretIsRefused() throws Exception {
        String signed = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + rawPart(authority.issue(CLAIMS), 1);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(rfc6979Key().getPublic().getEncoded(), "HmacSHA256"));

        refused(
                signed + "."
                        + Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(mac.doFinal(signed.getBytes(US_ASCII))),
                "of the kind 'HS256': expected ES256");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"alg\":\"ES384\"}",
                "{\"alg\":\"EdDSA\"}",
                "{\"alg\":\"es256\"}",
                "{\"alg\":\"None\"}",
                "{\"alg\":\"dir\",\"enc\":\"A256GCM\"}",
                "{\"alg\":\"ES256\",\"crit\":[\"x\"],\"x\":1}",
                "{\"alg\":\"none\",\"crit\":[\"x\"],\"x\":1}",
                "{\"alg\":[\"ES256\"]}",
                "{\"typ\":\"JWT\"}",
                "{}",
                "[]",
                "null",
                "{\"alg\":\"ES256\"",
                "\u0000"
            })
    void anotherHeaderIsRefused(String header) {
        String token = authority.issue(CLAIMS);

        assertThatThrownBy(() -> authority.verify(encode(header) + token.substring(token.indexOf('.'))))
                .isInstanceOf(InvalidTokenException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0000", "ffff"})
    void signaturesOfZerosAndOnesAreRefused(String pattern) {
        String token = authority.issue(CLAIMS);
        byte[] signature = HexFormat.of().parseHex(pattern.repeat(128 / pattern.length()));

        refused(
                token.substring(0, token.lastIndexOf('.') + 1)
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(signature),
                "signature is wrong");
    }

    @Test
    void everyTruncationIsRefused() {
        String token = authority.issue(CLAIMS);
        for (int length = 0; length < token.length(); length++) {
            String cut = token.substring(0, length);
            assertThatThrownBy(() -> authority.verify(cut))
                    .as("cut to %s", length)
                    .isInstanceOf(InvalidTokenException.class);
            assertThatThrownBy(() -> reader.read(cut))
                    .as("cut to %s", length)
                    .isInstanceOf(InvalidTokenException.class);
        }
    }

    @Test
    void everyChangedCharacterOfHeaderAndClaimsIsRefused() {
        String token = authority.issue(CLAIMS);
        for (int i = 0; i < token.lastIndexOf('.'); i++) {
            char[] changed = token.toCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            assertThatThrownBy(() -> authority.verify(new String(changed)))
                    .as("changed at %s", i)
                    .isInstanceOf(InvalidTokenException.class);
        }
    }

    @Test
    void messagesSayWhatIsWrongAndShowNothingOfTheText() {
        String token = authority.issue(CLAIMS);

        assertThatThrownBy(() -> reader.read(" \n"))
                .hasMessage("the text is empty: expected a security token, as gateway:token prints it");
        assertThatThrownBy(() -> reader.read(token.substring(0, 40)))
                .hasMessage("the security token is cut off: expected three parts with dots between, copy it whole");
        assertThatThrownBy(() -> reader.read(token.substring(0, token.length() - 3)))
                .hasMessage("the security token's signature is incomplete: it was cut off, copy it whole");
        assertThatThrownBy(() -> reader.read("-----BEGIN PRIVATE KEY-----"))
                .hasMessage("the text is no security token: expected one line, as gateway:token prints it");
        assertThatThrownBy(() -> reader.read("a".repeat(8193)))
                .hasMessage("the text has 8193 characters: expected a security token of at most 8192");
    }

    @Test
    void whiteSpaceAroundATokenIsPassedOver() {
        assertThat(reader.read("\n  " + authority.issue(CLAIMS) + "\r\n")).isEqualTo(CLAIMS);
    }

    @ParameterizedTest
    @MethodSource("wrongClaims")
    void claimsOfTheWrongKindAreRefused(String from, String to) {
        String claims = part(authority.issue(CLAIMS), 1);
        assertThat(claims).contains(from);

        assertThatThrownBy(() -> reader.read(TokenForm.PLAIN_HEADER + "." + encode(claims.replace(from, to)) + "."))
                .isInstanceOf(InvalidTokenException.class);
    }

    static Stream<Arguments> wrongClaims() {
        return Stream.of(
                        List.of("qsn47KM8iTa_local", "../../etc/passwd"),
                        List.of("\"qsn47KM8iTa_local\"", "7"),
                        List.of("\"region\":\"local\"", "\"region\":\"remote\""),
                        List.of("\"region\":\"local\"", "\"x\":1"),
                        List.of("1772366400", "\"1772366400\""),
                        List.of("1772366400", "1e300"),
                        List.of("1772366400", "1.5"),
                        List.of("1780142400", "null"),
                        List.of("\"sp_serial\":3", "\"sp_serial\":-1"),
                        List.of("\"sp_serial\":3", "\"sp_serial\":4294967299"),
                        List.of("gateway.example.com:9000", "gateway.example.com"),
                        List.of("gateway.example.com:9000", "gateway.example.com:0"),
                        List.of("[\"gateway", "[[],\"gateway"),
                        List.of("\"sp_addresses\":[", "\"sp_addresses\":[],\"x\":["),
                        List.of(SERVER, "evil.example.com"),
                        List.of(SERVER, "a.b.sallyport"),
                        List.of("0123456789abcdef", "0123456789ABCDEF"),
                        List.of("\"sp_pin\"", "\"pin\""))
                .map(pair -> Arguments.of(pair.get(0), pair.get(1)));
    }

    @Test
    void deepAndLargeJsonIsRefusedQuickly() {
        refused(TokenForm.PLAIN_HEADER + "." + encode("[".repeat(5000)) + ".", "holds no claims");
        refused(TokenForm.PLAIN_HEADER + "." + encode("{\"a\":".repeat(900)) + ".", "holds no claims");
    }

    @Test
    void randomClaimsSurviveTheRoundTrip() {
        Random random = new Random(7);
        Ids ids = new Ids(random);
        for (int i = 0; i < 300; i++) {
            boolean proof = random.nextBoolean();
            List<HostPort> addresses = new ArrayList<>();
            for (int a = 0; a <= random.nextInt(5); a++) {
                addresses.add(new HostPort("host-" + ids.characters(8), 1 + random.nextInt(65_535)));
            }
            TokenClaims claims = new TokenClaims(
                    ids.gateway("region-" + random.nextInt(10)),
                    random.nextInt(Integer.MAX_VALUE),
                    Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE)),
                    random.nextBoolean() ? null : Instant.ofEpochSecond(random.nextLong(253_402_300_799L)),
                    addresses,
                    SERVER,
                    HexFormat.of().formatHex(bytes(random, 32)),
                    proof);
            String token = authority.issue(claims);

            assertThat(authority.verify(token)).isEqualTo(claims);
            assertThat(authority.issue(authority.verify(token))).isEqualTo(token);
            assertThat(reader.read(token)).isEqualTo(claims);
        }
    }

    @Test
    void noNoiseIsAToken() {
        Random random = new Random(11);
        for (int i = 0; i < 2000; i++) {
            String noise = new String(bytes(random, random.nextInt(300)), UTF_8);
            assertThatThrownBy(() -> authority.verify(noise)).isInstanceOf(InvalidTokenException.class);
            String parts = encode(noise) + "." + encode(noise) + "." + encode(noise);
            assertThatThrownBy(() -> authority.verify(parts)).isInstanceOf(InvalidTokenException.class);
        }
    }

    @Test
    void theKeyIsMadeOnceAndKept() {
        MemorySecrets secrets = new MemorySecrets();
        String token = new SigningTokenAuthority(secrets, SERVER, new SecureRandom()).issue(CLAIMS);

        assertThat(new SigningTokenAuthority(secrets, SERVER, new SecureRandom()).issue(CLAIMS))
                .isEqualTo(token);
        assertThat(secrets.written).containsExactly("token.key");
    }

    private void refused(String token, String message) {
        assertThatThrownBy(() -> authority.verify(token))
                .isInstanceOf(InvalidTokenException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain(token.substring(0, Math.min(30, token.length())));
    }

    private static TokenClaims claims(GatewayId gateway, Instant expires, boolean proof) {
        return new TokenClaims(gateway, 1, CLAIMS.issued(), expires, CLAIMS.addresses(), SERVER, CLAIMS.pin(), proof);
    }

    private static String part(String token, int index) {
        return new String(Base64.getUrlDecoder().decode(rawPart(token, index)), UTF_8);
    }

    private static String rawPart(String token, int index) {
        return List.of(token.split("\\.", -1)).get(index);
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** The key of RFC 6979 §A.2.5. */
    private static KeyPair rfc6979Key() {
        try {
            AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
            curve.init(new ECGenParameterSpec("secp256r1"));
            ECParameterSpec parameters = curve.getParameterSpec(ECParameterSpec.class);
            KeyFactory factory = KeyFactory.getInstance("EC");
            return new KeyPair(
                    factory.generatePublic(new ECPublicKeySpec(
                            new ECPoint(
                                    number("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"),
                                    number("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299")),
                            parameters)),
                    (ECPrivateKey) factory.generatePrivate(new ECPrivateKeySpec(
                            number("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"), parameters)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static BigInteger number(String hex) {
        return new BigInteger(hex, 16);
    }
}
