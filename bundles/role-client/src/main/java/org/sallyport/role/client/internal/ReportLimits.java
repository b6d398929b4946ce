// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Listeners;

/**
 * Keeps reports of a client with very many destinations below the length that a server accepts: causes are shortened first,
 * then entries are left out, those without trouble before the others.
 */
final class ReportLimits {
    /** Keys, lengths and what else CBOR needs for one entry, rounded up. */
    private static final int ENTRY_BYTES = 60;

    private static final int MOST_BYTES = TunnelProtocol.MAX_CLIENT_MESSAGE - 1024;

    /** What remarks may have of that; failures have the rest. */
    private static final int REMARK_BYTES = MOST_BYTES / 4;

    private static final int LONG_TEXT = 480;
    private static final int SHORT_TEXT = 80;

    private ReportLimits() {}

    static Applied fit(Applied applied) {
        List<Applied.Failure> all = applied.failures();
        return new Applied(
                applied.revision(),
                fit(
                        all,
                        (failure, most) ->
                                new Applied.Failure(failure.destination(), ForeignText.cut(failure.text(), most)),
                        failure -> bytes(failure.destination()) + bytes(failure.text()),
                        MOST_BYTES - REMARK_BYTES),
                fit(
                        applied.remarks(),
                        (remark, most) ->
                                new Applied.Remark(remark.destination(), ForeignText.cut(remark.text(), most)),
                        remark -> bytes(remark.destination()) + bytes(remark.text()),
                        REMARK_BYTES));
    }

    static Listeners fit(Listeners listeners) {
        List<Listeners.Port> troubleFirst = new ArrayList<>(listeners.ports());
        troubleFirst.sort(Comparator.comparing(port -> port.cause().isEmpty()));
        return new Listeners(fit(
                troubleFirst,
                (port, most) -> new Listeners.Port(
                        port.destination(),
                        port.state(),
                        port.address(),
                        port.port(),
                        ForeignText.cut(port.cause(), most)),
                port -> bytes(port.destination()) + bytes(port.state()) + bytes(port.address()) + bytes(port.cause()),
                MOST_BYTES));
    }

    private static <T> List<T> fit(List<T> entries, BiFunction<T, Integer, T> cut, ToIntFunction<T> size, int most) {
        List<T> whole =
                entries.stream().map(entry -> cut.apply(entry, LONG_TEXT)).toList();
        if (leading(whole, size, most).size() == whole.size()) {
            return whole;
        }
        return leading(whole.stream().map(entry -> cut.apply(entry, SHORT_TEXT)).toList(), size, most);
    }

    /** {@return the entries that fit, from the first on} */
    private static <T> List<T> leading(List<T> entries, ToIntFunction<T> size, int most) {
        int left = most;
        List<T> kept = new ArrayList<>();
        for (T entry : entries) {
            left -= ENTRY_BYTES + size.applyAsInt(entry);
            if (left < 0) {
                break;
            }
            kept.add(entry);
        }
        return kept;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
