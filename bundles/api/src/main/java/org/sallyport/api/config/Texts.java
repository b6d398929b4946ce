// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.sallyport.api.Cidr;
import org.sallyport.api.HostPort;

/** How settings are written. */
final class Texts {
    private static final String UNITS = "kmg";

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

    /** A size in bytes: a whole number, with k, m or g behind it for its multiples of 1024. */
    static long size(String text, long least, long most) {
        int shift = text.isEmpty() ? -1 : UNITS.indexOf(Character.toLowerCase(text.charAt(text.length() - 1)));
        long value;
        try {
            value = Math.multiplyExact(
                    Long.parseLong(shift < 0 ? text : text.substring(0, text.length() - 1)), 1L << (10 * (shift + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a size", e);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("out of range", e);
        }
        if (value < least || value > most) {
            throw new IllegalArgumentException("out of range");
        }
        return value;
    }

    /** {@return a size as it is written, in the largest unit that tells it whole} */
    static String size(long bytes) {
        long value = bytes;
        int unit = -1;
        while (value != 0 && value % 1024 == 0 && unit + 1 < UNITS.length()) {
            value /= 1024;
            unit++;
        }
        return unit < 0 ? "" + value : "" + value + UNITS.charAt(unit);
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
