// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.sallyport.api.ByteSize;
import org.sallyport.api.Cidr;
import org.sallyport.api.HostPort;

/** How settings are written. */
final class Texts {
    private Texts() {}

    /** Seconds, with up to three decimals. */
    static Duration seconds(String text, double least, double most) {
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number", e);
        }
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException("out of range");
        }
        return Duration.ofMillis(Math.round(value * 1000));
    }

    static int number(String text, int least, int most) {
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a whole number", e);
        }
        if (value < least || value > most) {
            throw new IllegalArgumentException("out of range");
        }
        return value;
    }

    /** A size in bytes, as {@link ByteSize} reads it. */
    static long size(String text, long least, long most) {
        long value = ByteSize.parse(text);
        if (value < least || value > most) {
            throw new IllegalArgumentException("out of range");
        }
        return value;
    }

    /** {@return seconds as they are written} */
    static String shown(Duration time) {
        return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    /** An address of this machine as it is written in a bind setting; a name is accepted and resolved at the bind. */
    static String host(String text) {
        return new HostPort(text, 0).host();
    }

    /** {@return the setting of both roles for the proxies that stand before applications} */
    static SettingKey<List<Cidr>> trustedProxies() {
        return new SettingKey<>(
                "trusted.proxies",
                "",
                "addresses or blocks as in 10.0.0.0/8, separated by commas, or nothing",
                text -> list(text, Cidr::parse));
    }

    static <T> List<T> list(String text, Function<String, T> reader) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(",")).map(String::strip).map(reader).toList();
    }
}
