// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.api.Shown;
import org.sallyport.spi.OutboundProxy;

/** The CONNECT of HTTP/1.1 (RFC 9110, 9.3.6), with Basic credentials where there are any (RFC 7617). */
public final class HttpConnect implements ProxyTalk {
    /** The longest head of an answer. */
    static final int MAX_HEAD = 16_384;

    private static final String VERSION = "HTTP/1.";
    private static final String CHALLENGE = "proxy-authenticate:";
    private static final int INTERIM = 100;
    private static final int SUCCESS = 200;
    private static final int REDIRECTION = 300;
    private static final int LOGIN_FAILED = 401;
    private static final int FORBIDDEN = 403;
    private static final int LOGIN_WANTED = 407;
    private static final int BAD_GATEWAY = 502;
    private static final int UNAVAILABLE = 503;
    private static final int GATEWAY_TIMEOUT = 504;

    private final String proxy;
    private final HostPort server;
    private final OutboundProxy.@Nullable Credentials credentials;
    private int consumed;
    private boolean through;

    /**
     * @param proxy what it is called in messages
     * @param server where it is to connect
     * @param credentials to log in with, null for none
     */
    public HttpConnect(String proxy, HostPort server, OutboundProxy.@Nullable Credentials credentials) {
        this.proxy = proxy;
        this.server = server;
        this.credentials = credentials;
    }

    @Override
    public ByteBuf opening() {
        StringBuilder request = new StringBuilder("CONNECT ")
                .append(server)
                .append(" HTTP/1.1\r\nHost: ")
                .append(server)
                .append("\r\n");
        if (credentials != null) {
            String login = credentials.user() + ":" + credentials.password();
            request.append("Proxy-Authorization: Basic ")
                    .append(Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)))
                    .append("\r\n");
        }
        return Unpooled.copiedBuffer(request.append("\r\n"), StandardCharsets.US_ASCII);
    }

    @Override
    public @Nullable ByteBuf heard(ByteBuf in) throws ProxyException {
        checkBegin(in);
        int length = headLength(in);
        if (consumed + (length < 0 ? in.readableBytes() : length) > MAX_HEAD) {
            throw ProxyException.absent("the " + proxy + " does not come to an end with its answer: more than "
                    + MAX_HEAD + " bytes of head");
        }
        if (length < 0) {
            return null;
        }
        consumed += length;
        List<String> head = lines(in.readCharSequence(length, StandardCharsets.ISO_8859_1));
        int status = status(head.get(0));
        if (status >= SUCCESS && status < REDIRECTION) {
            through = true;
        } else if (status < INTERIM || status >= SUCCESS) {
            throw refusal(status, head);
        }
        return null;
    }

    @Override
    public boolean through() {
        return through;
    }

    @Override
    public ProxyException broken(ByteBuf left) {
        List<String> head = lines(left.toString(StandardCharsets.ISO_8859_1));
        int status = head.size() > 1 && head.get(0).startsWith(VERSION) ? status(head.get(0)) : 0;
        return status < REDIRECTION ? ProxyException.closed(proxy) : refusal(status, head);
    }

    /** So that what is no proxy is known by its first bytes. */
    private void checkBegin(ByteBuf in) throws ProxyException {
        int there = Math.min(in.readableBytes(), VERSION.length());
        for (int i = 0; i < there; i++) {
            if (in.getByte(in.readerIndex() + i) != VERSION.charAt(i)) {
                throw ProxyException.stranger(proxy, began(in));
            }
        }
    }

    private static String began(ByteBuf in) {
        int shown = Math.min(in.readableBytes(), 20);
        return in.toString(in.readerIndex(), shown, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
    }

    /** {@return how long the head is with the empty line that ends it, -1 if that has not come} */
    private static int headLength(ByteBuf in) {
        int end = in.writerIndex();
        int line = in.readerIndex();
        while (line < end) {
            int feed = ByteBufUtil.indexOf(in, line, end, (byte) '\n');
            if (feed < 0) {
                return -1;
            }
            if (line > in.readerIndex() && (feed == line || (feed == line + 1 && in.getByte(line) == '\r'))) {
                return feed + 1 - in.readerIndex();
            }
            line = feed + 1;
        }
        return -1;
    }

    private static List<String> lines(CharSequence head) {
        return List.of(head.toString().split("\r?\n", -1));
    }

    /** {@return the status code of an answer's first line, 0 if there is none} */
    private static int status(String line) {
        return line.matches("HTTP/1\\.[0-9] [1-9][0-9]{2}( .*)?")
                ? Integer.parseInt(line.substring(line.indexOf(' ') + 1, line.indexOf(' ') + 4))
                : 0;
    }

    private ProxyException refusal(int status, List<String> head) {
        if (status == 0) {
            return ProxyException.stranger(proxy, head.get(0).replaceAll("[^ -~]", "?"));
        }
        String answer = Shown.of(head.get(0).substring(head.get(0).indexOf(' ') + 1));
        return ProxyException.refused(
                switch (status) {
                    case LOGIN_WANTED -> loginWanted(head);
                    case LOGIN_FAILED -> loginFailed(answer);
                    case FORBIDDEN ->
                        "the " + proxy + " forbids connections to " + server + " (" + answer
                                + "): its rules have to allow CONNECT to this host and port"
                                + (credentials == null ? ", or it wants credentials (proxy.credentials)" : "");
                    case BAD_GATEWAY, UNAVAILABLE, GATEWAY_TIMEOUT ->
                        "the " + proxy + " cannot reach " + server + " (" + answer + ")";
                    default ->
                        "the " + proxy + " does not connect to " + server + " (" + answer
                                + "); it may be no proxy, or its rules forbid CONNECT";
                });
    }

    private String loginWanted(List<String> head) {
        List<String> schemes = new ArrayList<>();
        for (String line : head) {
            if (line.toLowerCase(Locale.ROOT).startsWith(CHALLENGE)) {
                schemes.add(line.substring(CHALLENGE.length()).strip().split("[ ,]", 2)[0]);
            }
        }
        if (!schemes.isEmpty() && schemes.stream().noneMatch("Basic"::equalsIgnoreCase)) {
            return "the " + proxy + " wants a login of another kind (407) than Basic, the only one that is known here: "
                    + Shown.of(String.join(", ", schemes));
        }
        return credentials == null
                ? "the " + proxy + " wants credentials (407): put USER:PASSWORD into a private file and name it in"
                        + " proxy.credentials"
                : notAccepted("407");
    }

    /** What some proxies say to wrong credentials, where others want them again. */
    private String loginFailed(String answer) {
        return credentials == null
                ? "the " + proxy + " does not connect to " + server + " (" + answer + "); it may be no proxy"
                : notAccepted("401");
    }

    private String notAccepted(String status) {
        return "the " + proxy + " does not accept the credentials (" + status
                + "): correct USER:PASSWORD where proxy.credentials points";
    }
}
