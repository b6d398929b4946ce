// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import com.nimbusds.jose.Header;
import com.nimbusds.jose.JOSEObject;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.PlainObject;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Shown;
import org.sallyport.api.pki.InvalidTokenException;
import org.sallyport.api.pki.TokenClaims;

/**
 * The form of tokens: JWS compact serialization (RFC 7515 §3.1) of JWT claims (RFC 7519). A token is signed with ES256, a
 * descriptor has the algorithm {@code none} and an empty signature (RFC 7519 §6.1). Nothing else is a token.
 *
 * <p>The claims are written in one fixed order, so that equal claims give equal bytes in every version.
 */
final class TokenForm {
    /** {@code {"alg":"ES256","typ":"JWT"}}, as written since the first version. */
    static final Base64URL SIGNED_HEADER = Base64URL.encode("{\"alg\":\"ES256\",\"typ\":\"JWT\"}");

    /** {@code {"alg":"none","typ":"JWT"}}. */
    static final Base64URL PLAIN_HEADER = Base64URL.encode("{\"alg\":\"none\",\"typ\":\"JWT\"}");

    /** Longer texts are refused unread. */
    static final int MAX_CHARS = 8192;

    private static final int MAX_ADDRESSES = 32;
    private static final int ES256_SIGNATURE_BYTES = 64;
    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*");
    private static final Pattern SERVER = Pattern.compile("[a-z0-9]{1,63}\\.sallyport");
    private static final Pattern PIN = Pattern.compile("[0-9a-f]{64}");

    private static final String GATEWAY = "configuration_id";
    private static final String REGION = "region";
    private static final String ISSUED = "iat";
    private static final String EXPIRES = "exp";
    private static final String SERIAL = "sp_serial";
    private static final String ADDRESSES = "sp_addresses";
    private static final String SERVER_NAME = "sp_server";
    private static final String PIN_NAME = "sp_pin";

    private TokenForm() {}

    /**
     * A text that has the form of a token.
     *
     * @param claims what it says; whether that is true only a signature can tell
     * @param signature what is to be checked, null for a descriptor
     */
    record Parsed(TokenClaims claims, @Nullable JWSObject signature) {}

    /** {@return the claims in their encoded form} */
    static Base64URL payload(TokenClaims claims) {
        Map<String, Object> written = new LinkedHashMap<>();
        written.put(GATEWAY, claims.gateway().value());
        written.put(REGION, claims.gateway().region());
        written.put(ISSUED, claims.issued().getEpochSecond());
        Instant expires = claims.expires();
        if (expires != null) {
            written.put(EXPIRES, expires.getEpochSecond());
        }
        written.put(SERIAL, claims.serial());
        written.put(
                ADDRESSES, claims.addresses().stream().map(HostPort::toString).toList());
        written.put(SERVER_NAME, claims.serverName());
        written.put(PIN_NAME, claims.pin());
        return Base64URL.encode(JSONObjectUtils.toJSONString(written));
    }

    /**
     * Reads a text, also a hostile one.
     *
     * @param text what was given; white space around it is passed over
     * @return what it says
     * @throws InvalidTokenException when it is no token; the message says why and shows nothing of it
     */
    static Parsed parse(String text) {
        if (text.length() > MAX_CHARS) {
            throw new InvalidTokenException("the text has " + text.length()
                    + " characters: expected a security token of" + " at most " + MAX_CHARS);
        }
        String token = text.strip();
        if (token.isEmpty()) {
            throw new InvalidTokenException("the text is empty: expected a security token, as gateway:token prints it");
        }
        if (!COMPACT.matcher(token).matches()) {
            throw new InvalidTokenException(
                    cutOff(token)
                            ? "the security token is cut off: expected three parts with dots between, copy it whole"
                            : "the text is no security token: expected one line, as gateway:token prints it");
        }
        try {
            return parse(JOSEObject.parse(token));
        } catch (InvalidTokenException e) {
            throw e;
        } catch (ParseException | RuntimeException e) {
            // any RuntimeException: the library's parser is not proof against JSON of a wrong shape. Its messages
            // repeat
            // what was given, which may be a secret
            throw new InvalidTokenException(
                    "the text is no security token, or it was changed or cut off: copy it again, as gateway:token"
                            + " prints it");
        }
    }

    private static boolean cutOff(String token) {
        return token.startsWith("eyJ") && token.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]*)?");
    }

    private static Parsed parse(JOSEObject object) {
        Header header = object.getHeader();
        if (object instanceof PlainObject) {
            return new Parsed(claims(object.getPayload(), false), null);
        }
        if (!(object instanceof JWSObject signed) || !JWSAlgorithm.ES256.equals(header.getAlgorithm())) {
            throw new InvalidTokenException("the security token is of the kind '"
                    + Shown.of(header.getAlgorithm().getName()) + "': expected " + JWSAlgorithm.ES256
                    + ", it is no token of Sallyport");
        }
        if (signed.getSignature().decode().length != ES256_SIGNATURE_BYTES) {
            throw new InvalidTokenException(
                    "the security token's signature is incomplete: it was cut off, copy it whole");
        }
        return new Parsed(claims(object.getPayload(), true), signed);
    }

    private static TokenClaims claims(Payload payload, boolean proof) {
        Map<String, Object> read = payload.toJSONObject();
        if (read == null) {
            throw new InvalidTokenException(
                    "the security token holds no claims: it was changed or cut off, copy it again");
        }
        Claims claims = new Claims(read);
        GatewayId gateway = claims.gateway();
        if (!claims.text(REGION).equals(gateway.region())) {
            throw wrong(REGION, "the region of the gateway");
        }
        return new TokenClaims(
                gateway,
                claims.serial(),
                claims.time(ISSUED),
                read.containsKey(EXPIRES) ? claims.time(EXPIRES) : null,
                claims.addresses(),
                claims.text(SERVER_NAME, SERVER, "a server's name, as in x7k2….sallyport"),
                claims.text(PIN_NAME, PIN, "64 hexadecimal digits"),
                proof);
    }

    private static InvalidTokenException wrong(String claim, String expected) {
        return new InvalidTokenException(
                "the security token's '" + claim + "' is missing or wrong: expected " + expected);
    }

    /** Claims whose types nobody checked yet. */
    private record Claims(Map<String, Object> read) {
        GatewayId gateway() {
            try {
                return new GatewayId(text(GATEWAY));
            } catch (IllegalArgumentException e) {
                throw wrong(GATEWAY, "a gateway ID");
            }
        }

        int serial() {
            long serial = whole(SERIAL, "a token number");
            if (serial < 0 || serial > Integer.MAX_VALUE) {
                throw wrong(SERIAL, "a token number");
            }
            return (int) serial;
        }

        Instant time(String claim) {
            try {
                return Instant.ofEpochSecond(whole(claim, "a time in seconds"));
            } catch (DateTimeException e) {
                throw wrong(claim, "a time in seconds");
            }
        }

        List<HostPort> addresses() {
            String expected = "1 to " + MAX_ADDRESSES + " addresses HOST:PORT";
            if (!(read.get(ADDRESSES) instanceof List<?> list) || list.isEmpty() || list.size() > MAX_ADDRESSES) {
                throw wrong(ADDRESSES, expected);
            }
            List<HostPort> addresses = new ArrayList<>();
            try {
                for (Object address : list) {
                    addresses.add(HostPort.parse(String.valueOf(address)));
                }
            } catch (IllegalArgumentException e) {
                throw wrong(ADDRESSES, expected);
            }
            return addresses;
        }

        String text(String claim, Pattern form, String expected) {
            String text = text(claim);
            if (!form.matcher(text).matches()) {
                throw wrong(claim, expected);
            }
            return text;
        }

        String text(String claim) {
            if (read.get(claim) instanceof String text) {
                return text;
            }
            throw wrong(claim, "a text");
        }

        private long whole(String claim, String expected) {
            if (read.get(claim) instanceof Number number && number.doubleValue() == number.longValue()) {
                return number.longValue();
            }
            throw wrong(claim, expected);
        }
    }
}
