// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
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
import org.sallyport.api.OptionTexts;
import org.sallyport.api.TokenState;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.api.registry.RegistrySnapshot.KeyOfGateway;
import org.sallyport.registry.internal.Write.Name;
import org.sallyport.registry.internal.Write.Table;

/**
 * Domain records as JSON in the journal. Written field by field, so that a record may change its shape without changing
 * what older journals mean; a field that is added later needs a migration, or a value where it is absent.
 */
final class Records {
    /** Names the revision. */
    static final Name REVISION = new Name(Table.META, "revision");

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Records() {}

    /**
     * Reads everything.
     *
     * @param journal what the journal holds
     * @return the same as records
     * @throws RegistryException when a value makes no sense
     */
    static Contents read(Tables journal) {
        JsonNode revision = journal.get(REVISION);
        Map<String, byte[]> secrets = new TreeMap<>();
        journal.all(Table.SECRETS).forEach((key, value) -> secrets.put(key, secret(key, value)));
        SortedMap<GatewayId, Gateway> gateways = new TreeMap<>();
        journal.all(Table.GATEWAYS).forEach((key, value) -> {
            GatewayId id = new GatewayId(key);
            gateways.put(id, gateway(id, value));
        });
        SortedMap<DestinationId, Destination> destinations = new TreeMap<>();
        journal.all(Table.DESTINATIONS).forEach((key, value) -> {
            DestinationId id = new DestinationId(key);
            destinations.put(id, destination(id, value));
        });
        Map<KeyOfGateway, ClientKey> keys = new HashMap<>();
        journal.all(Table.KEYS).forEach((key, value) -> {
            ClientKey read = clientKey(key, value);
            keys.put(new KeyOfGateway(read.gateway(), read.fingerprint()), read);
        });
        return new Contents(
                new RegistrySnapshot(
                        revision == null ? 0 : revision.asLong(),
                        gateways,
                        destinations,
                        keys,
                        journal.all(Table.BLOCKED).keySet()),
                secrets);
    }

    static Write revision(long revision) {
        return new Write(REVISION, LongNode.valueOf(revision));
    }

    static Write put(Gateway gateway) {
        TokenState token = gateway.token();
        ObjectNode tokenNode = JSON.objectNode()
                .put("serial", token.serial())
                .put("issued", token.issued().toString());
        if (token.expires() != null) {
            tokenNode.put("expires", token.expires().toString());
        }
        ArrayNode acl = JSON.arrayNode();
        gateway.acl().rules().forEach(rule -> acl.add(rule.toString()));
        ObjectNode node = JSON.objectNode()
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
        return Write.put(Table.GATEWAYS, gateway.id().value(), node);
    }

    static Write put(Destination destination) {
        DestinationOptions options = destination.options();
        ObjectNode node = JSON.objectNode()
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
        ObjectNode texts = JSON.objectNode();
        OptionTexts.write(options).forEach(texts::put);
        node.set("options", texts);
        return Write.put(Table.DESTINATIONS, destination.id().value(), node);
    }

    static Write put(ClientKey key) {
        ObjectNode node = JSON.objectNode()
                .put("host", key.host())
                .put("address", key.address())
                .put("firstSeen", key.firstSeen().toString());
        return Write.put(Table.KEYS, name(new KeyOfGateway(key.gateway(), key.fingerprint())), node);
    }

    static Write block(String fingerprint) {
        return Write.put(Table.BLOCKED, fingerprint, BooleanNode.TRUE);
    }

    static Write put(String secret, byte[] encrypted) {
        return Write.put(Table.SECRETS, secret, BinaryNode.valueOf(encrypted));
    }

    static Write removeSecret(String name) {
        return Write.remove(Table.SECRETS, name);
    }

    /** {@return the key under which an admitted client key is stored} */
    static String name(KeyOfGateway key) {
        return key.gateway().value() + ' ' + key.fingerprint();
    }

    private static Gateway gateway(GatewayId id, JsonNode value) {
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

    private static Destination destination(DestinationId id, JsonNode value) {
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
                        options(from)));
    }

    private static DestinationOptions options(Fields from) {
        DestinationOptions numbers = DestinationOptions.DEFAULTS
                .withConnectTimeout(Duration.parse(from.text("connectTimeout")))
                .withIdleTimeout(Duration.parse(from.text("idleTimeout")))
                .withMaxConnections(from.number("maxConnections"));
        return OptionTexts.read(from.textsOrNone("options"), numbers);
    }

    private static ClientKey clientKey(String key, JsonNode value) {
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

    private static byte[] secret(String name, JsonNode value) {
        try {
            return value.binaryValue();
        } catch (IOException e) {
            throw new RegistryException("the stored secret '" + name + "' makes no sense: " + e.getMessage(), e);
        }
    }

    private static AclRule aclRule(String text) {
        int blank = text.indexOf(' ');
        return AclRule.parse(
                AclRule.Action.valueOf(text.substring(0, blank).toUpperCase(Locale.ROOT)), text.substring(blank + 1));
    }

    private static <T> T fields(String what, JsonNode value, Reading<T> reading) {
        try {
            return reading.read(new Fields(what, value));
        } catch (RuntimeException e) {
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

        /** {@return texts by name, which journals of older versions lack} */
        Map<String, String> textsOrNone(String name) {
            Map<String, String> texts = new TreeMap<>();
            object.path(name)
                    .properties()
                    .forEach(text -> texts.put(text.getKey(), text.getValue().asText()));
            return texts;
        }

        int number(String name) {
            return node(name).asInt();
        }

        boolean flag(String name) {
            return node(name).asBoolean();
        }
    }
}
