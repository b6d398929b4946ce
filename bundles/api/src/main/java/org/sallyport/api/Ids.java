// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.random.RandomGenerator;

/**
 * Makes new IDs. Uniqueness is the caller's to check against what exists; the space of gateway stems (62<sup>11</sup>)
 * makes a clash there a theory, that of client IDs (62<sup>3</sup> a gateway) does not.
 */
public final class Ids {
    private static final String BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final RandomGenerator random;

    /**
     * @param random where the characters come from; a {@link java.security.SecureRandom} in production, because IDs are
     *     shown to people who should not be able to guess others
     */
    public Ids(RandomGenerator random) {
        this.random = random;
    }

    /** {@return a new gateway ID in {@code region}} */
    public GatewayId gateway(String region) {
        return new GatewayId(characters(GatewayId.STEM_LENGTH) + "_" + region);
    }

    /** {@return a new destination ID of {@code gateway}} */
    public DestinationId destination(GatewayId gateway) {
        return new DestinationId(gateway.stem() + "_" + characters(5));
    }

    /** {@return a new client ID of {@code gateway}} */
    public ClientId client(GatewayId gateway) {
        return new ClientId(gateway.stem() + "_" + characters(3));
    }

    /** {@return {@code count} random base-62 characters} */
    public String characters(int count) {
        StringBuilder made = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            made.append(BASE_62.charAt(random.nextInt(BASE_62.length())));
        }
        return made.toString();
    }
}
