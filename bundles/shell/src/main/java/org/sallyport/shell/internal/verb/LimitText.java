// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.sallyport.api.service.LimitView;

/** Limits in words, as the configuration file writes them. */
final class LimitText {
    private static final String UNITS = "kmg";
    private static final int KIBI = 1024;

    private LimitText() {}

    static String most(LimitView limit) {
        return switch (limit.unit()) {
            case LimitView.BYTES -> bytes(limit.most());
            case LimitView.MILLISECONDS -> plain(BigDecimal.valueOf(limit.most(), 3)) + " s";
            case LimitView.PER_SECOND -> limit.most() == 0 ? "not bounded" : limit.most() + " a second";
            default -> "" + limit.most();
        };
    }

    static String used(LimitView limit) {
        Long used = limit.used();
        if (used == null) {
            return "";
        }
        return limit.unit().equals(LimitView.BYTES) ? bytes(used) : "" + used;
    }

    /** {@return in the largest unit that leaves something before the point, to a tenth} */
    static String bytes(long bytes) {
        BigDecimal value = BigDecimal.valueOf(bytes);
        BigDecimal next = BigDecimal.valueOf(KIBI);
        int unit = -1;
        while (unit + 1 < UNITS.length() && value.compareTo(next) >= 0) {
            value = value.divide(next);
            unit++;
        }
        return plain(value.setScale(1, RoundingMode.HALF_UP)) + (unit < 0 ? "" : UNITS.charAt(unit));
    }

    private static String plain(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }
}
