// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.sallyport.api.Shown;
import org.sallyport.spi.Protocol;

/** The names of the protocols that are installed here now, never the protocols: those belong to the data plane. */
@Component(service = ProtocolNames.class)
public final class ProtocolNames {
    /** The protocols of the product; which of them are installed is another question. */
    private static final List<String> KNOWN =
            List.of("tcp", "tls", "tls-mutual", "http", "https", "https-mutual", "udp");

    private static final Set<String> HTTP = Set.of("http", "https", "https-mutual");

    private final Map<Object, String> names = new ConcurrentHashMap<>();

    @Activate
    public ProtocolNames() {}

    @Reference(service = Protocol.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addProtocol(Map<String, Object> properties) {
        names.put(properties.getOrDefault("service.id", ""), String.valueOf(properties.get(Protocol.NAME)));
    }

    void removeProtocol(Map<String, Object> properties) {
        names.remove(properties.getOrDefault("service.id", ""));
    }

    /** {@return what to warn of when a destination is to speak {@code protocol}; null: nothing} */
    @Nullable
    String warning(String protocol) {
        if (names.containsValue(protocol)) {
            return null;
        }
        String known = KNOWN.contains(protocol)
                ? ""
                : "; Sallyport's own protocols are " + String.join(", ", KNOWN)
                        + (names.isEmpty()
                                ? ""
                                : ", installed here are " + String.join(", ", new TreeSet<>(names.values())));
        return "protocol " + Shown.of(protocol) + " is not installed on this server: the destination waits until it is"
                + known;
    }

    /** {@return whether a protocol carries single requests, of which a resource's ACL rules may allow some} */
    static boolean judgesPaths(String protocol) {
        return HTTP.contains(protocol);
    }
}
