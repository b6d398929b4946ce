// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Acl;
import org.sallyport.api.AclEdit;
import org.sallyport.api.AclRule;
import org.sallyport.api.ClientKey;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.TokenState;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.api.registry.RegistrySnapshot.KeyOfGateway;
import org.sallyport.registry.internal.Write.Name;
import org.sallyport.registry.internal.Write.Table;

/**
 * Domain records as JSON in the store file. Written field by field, so that a record may change its shape without changing
 * what older files mean; a field that is added later needs a migration, or a value where it is absent.
 */
final class Records {
    /** Names the revision. */
    static final Name REVISION = new Name(Table.META, "revision");

    private static final ObjectMapper JSON = new ObjectMapper();

    private Records() {}

    /**
     * Reads everything.
     *
     * @param file the store file's content
     * @return the same as records
     * @throws RegistryException when a value makes no sense
     */
    static Contents read(StoreFile.Content file) {
        byte[] revision = file.get(REVISION);
        SortedMap<GatewayId, Gateway> gateways = new TreeMap<>();
        file.all(Table.GATEWAYS).forEach((key, value) -> {
            GatewayId id = new GatewayId(key);
            gateways.put(id, gateway(id, value));
        });
        SortedMap<DestinationId, Destination> destinations = new TreeMap<>();
        file.all(Table.DESTINATIONS).forEach((key, value) -> {
            DestinationId id = new DestinationId(key);
            destinations.put(id, destination(id, value));
        });
        Map<KeyOfGateway, ClientKey> keys = new HashMap<>();
        file.all(Table.KEYS).forEach((key, value) -> {
            ClientKey read = clientKey(key, value);
            keys.put(new KeyOfGateway(read.gateway(), read.fingerprint()), read);
        });
        return new Contents(
                new RegistrySnapshot(
                        revision == null ? 0 : Long.parseLong(new String(revision, US_ASCII)),
                        gateways,
                        destinations,
                        keys,
                        file.all(Table.BLOCKED).keySet()),
                file.all(Table.SECRETS));
    }

    static Write revision(long revision) {
        return new Write(REVISION, Long.toString(revision).getBytes(US_ASCII));
    }

    static Write put(Gateway gateway) {
        TokenState token = gateway.token();
        ObjectNode tokenNode = JSON.createObjectNode()
                .put("serial", token.serial())
                .put("issued", token.issued().toString());
        if (token.expires() != null) {
            tokenNode.put("expires", token.expires().toString());
        }
        ArrayNode acl = JSON.createArrayNode();
        gateway.acl().rules().forEach(rule -> acl.add(rule.toString()));
        ObjectNode node = JSON.createObjectNode()
                .put("name", gateway.name())
                .put("enabled", gateway.enabled())
                .put("tokenRequired", gateway.tokenRequired())
                .put("admitNewKeys", gateway.admitNewKeys())
                .put("aclEdit", gateway.aclEdit().name())
                .put("balancer", gateway.balancer())
                .put("maxClients", gateway.maxClients())
                .put("created", gateway.created().toString());
        node.set("token", tokenNode);
        node.set("acl", acl);
        return Write.put(Table.GATEWAYS, gateway.id().value(), bytes(node));
    }

    static Write put(Destination destination) {
        DestinationOptions options = destination.options();
        ObjectNode node = JSON.createObjectNode()
                .put("gateway", destination.gateway().value())
                .put("name", destination.name())
                .put("direction", destination.direction().name())
                .put("protocol", destination.protocol())
                .put("host", destination.resource().host())
                .put("port", destination.resource().port())
                .put("listenPort", destination.listenPort())
                .put("enabled", destination.enabled())
                .put("connectTimeout", options.connectTimeout().toString())
                .put("idleTimeout", options.idleTimeout().toString())
                .put("maxConnections", options.maxConnections());
        return Write.put(Table.DESTINATIONS, destination.id().value(), bytes(node));
    }

    static Write put(ClientKey key) {
        ObjectNode node = JSON.createObjectNode()
                .put("host", key.host())
                .put("address", key.address())
                .put("firstSeen", key.firstSeen().toString());
        return Write.put(Table.KEYS, name(new KeyOfGateway(key.gateway(), key.fingerprint())), bytes(node));
    }

    /** {@return the key under which an admitted client key is stored} */
    static String name(KeyOfGateway key) {
        return key.gateway().value() + ' ' + key.fingerprint();
    }

    private static Gateway gateway(GatewayId id, byte[] value) {
        return fields("gateway " + id, value, from -> {
            JsonNode token = from.node("token");
            Fields tokenFields = new Fields("token of gateway " + id, token);
            String expires = tokenFields.textOrNull("expires");
            List<AclRule> rules = new ArrayList<>();
            from.node("acl").forEach(rule -> rules.add(aclRule(rule.asText())));
            return new Gateway(
                    id,
                    from.text("name"),
                    from.flag("enabled"),
                    from.flag("tokenRequired"),
                    from.flag("admitNewKeys"),
                    new TokenState(
                            tokenFields.number("serial"),
                            Instant.parse(tokenFields.text("issued")),
                            expires == null ? null : Instant.parse(expires)),
                    new Acl(rules),
                    AclEdit.valueOf(from.text("aclEdit")),
                    from.text("balancer"),
                    from.number("maxClients"),
                    Instant.parse(from.text("created")));
        });
    }

    private static Destination destination(DestinationId id, byte[] value) {
        return fields(
                "destination " + id,
                value,
                from -> new Destination(
                        id,
                        new GatewayId(from.text("gateway")),
                        from.text("name"),
                        Direction.valueOf(from.text("direction")),
                        from.text("protocol"),
                        new HostPort(from.text("host"), from.number("port")),
                        from.number("listenPort"),
                        from.flag("enabled"),
                        new DestinationOptions(
                                Duration.parse(from.text("connectTimeout")),
                                Duration.parse(from.text("idleTimeout")),
                                from.number("maxConnections"))));
    }

    private static ClientKey clientKey(String key, byte[] value) {
        int blank = key.indexOf(' ');
        return fields(
                "client key " + key,
                value,
                from -> new ClientKey(
                        key.substring(blank + 1),
                        new GatewayId(key.substring(0, blank)),
                        from.text("host"),
                        from.text("address"),
                        Instant.parse(from.text("firstSeen"))));
    }

    private static AclRule aclRule(String text) {
        int blank = text.indexOf(' ');
        return AclRule.parse(
                AclRule.Action.valueOf(text.substring(0, blank).toUpperCase(Locale.ROOT)), text.substring(blank + 1));
    }

    private static byte[] bytes(ObjectNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can always be written", e);
        }
    }

    private static <T> T fields(String what, byte[] value, Reading<T> reading) {
        try {
            return reading.read(new Fields(what, JSON.readTree(value)));
        } catch (IOException | RuntimeException e) {
            throw new RegistryException("the stored " + what + " makes no sense: " + e.getMessage(), e);
        }
    }

    private interface Reading<T> {
        T read(Fields fields);
    }

    /** The fields of one JSON object, each of which must be there. */
    private record Fields(String what, JsonNode object) {
        JsonNode node(String name) {
            JsonNode node = object.get(name);
            if (node == null) {
                throw new RegistryException("the stored " + what + " has no field '" + name + "'");
            }
            return node;
        }

        String text(String name) {
            return node(name).asText();
        }

        @Nullable
        String textOrNull(String name) {
            return object.has(name) ? text(name) : null;
        }

        int number(String name) {
            return node(name).asInt();
        }

        boolean flag(String name) {
            return node(name).asBoolean();
        }
    }
}
