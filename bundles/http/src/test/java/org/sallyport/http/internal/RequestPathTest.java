// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.http.HttpLimits;

/** The one form of a path that rules are asked with. */
class RequestPathTest {
    private static RequestPath of(String line) throws HttpFault {
        HeadReader reader = new HeadReader(HttpLimits.DEFAULTS, true);
        RequestHead head = new RequestHead(reader);
        String text = line + " HTTP/1.1\r\nHost: a\r\n\r\n";
        assertThat(reader.read(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII))))
                .isTrue();
        head.interpret();
        return RequestPath.of(head);
    }

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/a, /a",
        "/a/, /a/",
        "/a/b?c=/../d, /a/b",
        "/a/./b, /a/b",
        "/a/../b, /b",
        "/a/b/.., /a/",
        "/a/., /a/",
        "/.., /",
        "/../../a, /a",
        "/%61dmin, /admin",
        "/a/%2e%2E/b, /b",
        "/a/.%2e/b, /b",
        "/a%20b, /a b",
        "/a%3Fb, /a?b",
        "/100%25, /100%",
        "/%C3%A4, /\u00e4",
        "http://a, /",
        "http://a/b, /b",
        "http://a?b, /",
    })
    void aPathHasOneForm(String target, String path) throws HttpFault {
        RequestPath read = of("GET " + target);
        assertThat(read.resolved()).isEqualTo(path);
        String decoded = target.replaceAll("%2[eE]", ".").replaceAll("[?].*", "");
        assertThat(read.dotted()).isEqualTo(decoded.matches(".*/[.][.]?(/.*)?"));
    }

    @Test
    void allOfAServerIsItsRoot() throws HttpFault {
        assertThat(of("OPTIONS *")).isEqualTo(new RequestPath("/", false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%2fb",
                "/a%2Fb",
                "/a%5cb",
                "/a\\\\b",
                "/a%00",
                "/a%0a",
                "/a%7f",
                "/a;b",
                "/a%3bb",
                "/a%252fb",
                "/a%252e",
                "/%25%32%66",
                "/a%2",
                "/a%",
                "/a%zz",
                "//a",
                "/a//b",
                "/%c0%af",
                "/%ff",
                "/a/%2e%2e%2fb",
                "/..;/a"
            })
    void whatHasTwoReadingsIsRefused(String target) {
        assertThatThrownBy(() -> of("GET " + target))
                .isInstanceOfSatisfying(
                        HttpFault.class, fault -> assertThat(fault.status()).isEqualTo(400));
    }
}
