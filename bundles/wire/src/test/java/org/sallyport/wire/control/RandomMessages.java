// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Any message there can be, from a seed. */
final class RandomMessages {

    private final Random random;

    RandomMessages(Random random) {
        this.random = random;
    }

    /** A message that the client sends. */
    ControlMessage fromClient() {
        return switch (random.nextInt(9)) {
            case 0 -> attach();
            case 1 ->
                new Applied(
                        number(),
                        list(() -> new Applied.Failure(word(), text())),
                        list(() -> new Applied.Remark(word(), word())));
            case 2 ->
                new Listeners(list(() -> new Listeners.Port(word(), word(), text(), random.nextInt(65_536), text())));
            case 3 ->
                new AclChange(
                        number(),
                        random.nextBoolean() ? AclChange.Operation.ADD : AclChange.Operation.REPLACE,
                        list(this::aclEntry));
            case 4 -> new Csr(number(), word(), word(), word());
            case 5 -> new LogLine(random.nextLong(), word(), text());
            case 6 -> new Drain(number());
            case 7 -> new Detach(text());
            default ->
                new ProbeResult(
                        number(),
                        random.nextInt(100),
                        text(),
                        number(),
                        list(() -> new ProbeResult.Step("s" + random.nextInt(100), random.nextBoolean(), text())));
        };
    }

    /** A message that the server sends. */
    ControlMessage fromServer() {
        return switch (random.nextInt(10)) {
            case 0 ->
                new Attached(
                        word(),
                        new Limits(number(), number()),
                        list(this::text),
                        random.nextBoolean() ? null : "0123456789abcdef".repeat(4),
                        text(),
                        list(this::text),
                        config());
            case 1 -> new Refused(word(), text(), random.nextInt(10) - 1);
            case 2 -> config();
            case 3 -> new AclResult(number(), random.nextBoolean(), text());
            case 4 -> new Sign(number(), random.nextBoolean() ? null : text(), text());
            case 5 -> new Drain(number());
            case 6 -> new Renew(text(), number());
            case 7 -> new Terminate(word(), text(), random.nextBoolean());
            case 8 ->
                new Certificates(
                        word(),
                        word(),
                        word(),
                        random.nextBoolean() ? null : text(),
                        text(),
                        text(),
                        text(),
                        list(this::text),
                        list(this::text));
            default -> new Probe(number(), random.nextBoolean() ? null : word());
        };
    }

    Open open() {
        return new Open(
                word(),
                number(),
                text(),
                random.nextInt(65_536),
                text(),
                random.nextInt(65_536),
                map(),
                random.nextLong());
    }

    Opened opened() {
        return new Opened(random.nextInt(1 << 20), text());
    }

    private Attach attach() {
        boolean token = random.nextBoolean();
        return new Attach(
                token ? word() : null,
                token ? null : word(),
                random.nextBoolean() ? null : word(),
                random.nextBoolean() ? null : word(),
                text(),
                text(),
                list(this::text),
                map(),
                list(this::aclEntry),
                random.nextBoolean() ? null : list(this::aclEntry));
    }

    private Config config() {
        return new Config(
                number(),
                word(),
                text(),
                random.nextBoolean(),
                random.nextBoolean(),
                list(this::destination),
                list(this::aclEntry));
    }

    private DestinationConfig destination() {
        return new DestinationConfig(
                word(),
                text(),
                random.nextBoolean() ? DestinationConfig.CLOUD : DestinationConfig.ON_PREMISES,
                word(),
                word(),
                1 + random.nextInt(65_535),
                1 + random.nextInt(65_535),
                random.nextBoolean(),
                1 + number(),
                number(),
                number(),
                list(this::text),
                map());
    }

    private AclEntry aclEntry() {
        return new AclEntry(random.nextBoolean(), text(), random.nextInt(65_536), text());
    }

    private long number() {
        return random.nextLong() >>> (1 + random.nextInt(62));
    }

    private String word() {
        return "w" + text();
    }

    private String text() {
        int length = random.nextInt(random.nextInt(20) == 0 ? 300 : 12);
        StringBuilder text = new StringBuilder();
        for (int character = 0; character < length; character++) {
            text.appendCodePoint(
                    switch (random.nextInt(6)) {
                        case 0 -> 0x20ac;
                        case 1 -> 0x1f600 + random.nextInt(50);
                        case 2 -> random.nextInt(0x100);
                        default -> 'a' + random.nextInt(26);
                    });
        }
        return text.toString();
    }

    private Map<String, String> map() {
        Map<String, String> map = new TreeMap<>();
        for (int entry = random.nextInt(4); entry > 0; entry--) {
            map.put(text(), text());
        }
        return map;
    }

    private <T> List<T> list(Supplier<T> item) {
        List<T> list = new ArrayList<>();
        for (int left = random.nextInt(4); left > 0; left--) {
            list.add(item.get());
        }
        return list;
    }
}
