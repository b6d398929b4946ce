// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.StreamContext;

/** A connection without a data plane: counts what is asked of it. */
final class FakeContext implements StreamContext {
    String resource = "resource.internal:8080";
    String source = "192.0.2.7";
    boolean trusted;
    boolean stale;
    boolean pathRules = true;
    long maxBody;
    Predicate<String> paths = path -> true;
    /** Answers the next opens at once. */
    @Nullable
    OpenReply answer = OpenReply.OK;

    int opens;
    int renewals;

    @Nullable
    String reset;

    Promise<OpenReply> opened = ImmediateEventExecutor.INSTANCE.newPromise();
    final Promise<Void> draining = ImmediateEventExecutor.INSTANCE.newPromise();

    @Override
    public Destination destination() {
        GatewayId gateway = new GatewayId("qsn47KM8iTa_local");
        return new Destination(
                new DestinationId("qsn47KM8iTa_a1B2c"),
                gateway,
                "web",
                Direction.ON_PREMISES,
                "http",
                HostPort.parse(resource),
                15000,
                true,
                DestinationOptions.DEFAULTS);
    }

    @Override
    public InetSocketAddress source() {
        return new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(source), 40000);
    }

    @Override
    public InetSocketAddress local() {
        return new InetSocketAddress(NetUtil.LOCALHOST4, 15000);
    }

    @Override
    public boolean trustedPeer() {
        return trusted;
    }

    @Override
    public Map<String, String> facts() {
        return Map.of();
    }

    @Override
    public void open() {
        opens++;
        if (answer != null) {
            opened.trySuccess(answer);
        }
    }

    @Override
    public Future<OpenReply> opened() {
        return opened;
    }

    @Override
    public void renew() {
        renewals++;
        stale = false;
        opened = ImmediateEventExecutor.INSTANCE.newPromise();
    }

    @Override
    public boolean stale() {
        return stale;
    }

    @Override
    public boolean pathRules() {
        return pathRules;
    }

    @Override
    public boolean pathAllowed(String path) {
        return paths.test(path);
    }

    @Override
    public Future<Void> draining() {
        return draining;
    }

    @Override
    public void reset(String reason) {
        reset = reason;
    }
}
