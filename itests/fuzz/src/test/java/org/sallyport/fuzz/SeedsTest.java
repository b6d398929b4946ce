// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.sallyport.wire.control.ControlViolation;
import org.sallyport.wire.control.Open;
import org.sallyport.wire.control.Opened;
import org.sallyport.wire.control.StreamMessages;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameWriter;
import org.sallyport.wire.frame.GoAwayCode;

/** The seeds from which the fuzzer begins: recorded messages, and what peers usually send. */
class SeedsTest {
    private static final Path FOLDER = Path.of("src/test/resources/org/sallyport/fuzz");
    private static final Path RECORDED =
            Path.of("../../bundles/wire/src/test/resources/org/sallyport/wire/messages-0.1.txt");

    // steps of FuzzedEnd
    private static final int FRAME = 0;
    private static final int OPENING = 8;
    private static final int CONTROL = 10;
    private static final int DELIVER = 12;
    private static final int REPEAT = 14;
    private static final int OPEN_HERE = 19;
    private static final int READ = 21;
    private static final int WRITE = 24;
    private static final int FINISH = 26;
    private static final int ABORT = 27;
    private static final int ACCEPT = 30;

    // choices of its steps; messages are of the server, behind its first
    private static final int AGREE = 0x46;
    private static final int TERMINATE = 0x83;
    private static final int CONFIG = 0x86;
    private static final int OPENED = 0x80;
    private static final int REFUSED = 0x40;
    private static final int RESET = 0x20;

    // places in the tables of FuzzedEnd
    private static final int DATA = 0;
    private static final int WINDOW = 4;
    private static final int PING = 7;
    private static final int SYN = 4;
    private static final int FIN = 9;
    private static final int RST = 11;

    /** The bytes of a seed: what is taken as bytes from its front, what is taken as numbers from its back. */
    private static final class Seed {
        private final ByteArrayOutputStream front = new ByteArrayOutputStream();
        private final ByteArrayOutputStream back = new ByteArrayOutputStream();

        Seed numbers(int... numbers) {
            for (int number : numbers) {
                back.write(number);
            }
            return this;
        }

        Seed bytes(byte[] bytes) {
            front.writeBytes(bytes);
            return this;
        }

        byte[] made() {
            byte[] numbers = back.toByteArray();
            byte[] bytes = front.toByteArray();
            byte[] made = new byte[bytes.length + numbers.length];
            System.arraycopy(bytes, 0, made, 0, bytes.length);
            for (int i = 0; i < numbers.length; i++) {
                made[made.length - 1 - i] = numbers[i];
            }
            return made;
        }
    }

    private static byte[] written(Consumer<ByteBuf> writer) {
        ByteBuf out = Unpooled.buffer();
        writer.accept(out);
        return ByteBufUtil.getBytes(out);
    }

    private static Map<String, byte[]> seeds() throws IOException, ControlViolation {
        Map<String, byte[]> seeds = new TreeMap<>();
        for (String line : Files.readAllLines(RECORDED)) {
            if (!line.startsWith("#")) {
                String name = line.substring(0, line.indexOf(' '));
                byte[] message = HexFormat.of().parseHex(line.substring(line.indexOf(' ') + 1));
                seeds.put(
                        "ControlDecoder/" + name,
                        new Seed().numbers(1, 1, 7).bytes(message).made());
            }
        }
        ByteBuf open = Unpooled.buffer();
        StreamMessages.write(
                new Open("qsn47KM8iTa_aB3xY", 42, "10.1.2.3", 40_000, "", 0, Map.of("sni", "db"), 7), open);
        seeds.put(
                "ControlDecoder/open",
                new Seed().numbers(2, 0).bytes(ByteBufUtil.getBytes(open)).made());
        ByteBuf opened = Unpooled.buffer();
        StreamMessages.write(new Opened(6, "nobody listens"), opened);
        seeds.put(
                "ControlDecoder/opened",
                new Seed().numbers(3, 0).bytes(ByteBufUtil.getBytes(opened)).made());

        seeds.put("FrameReader/client", reader(1, written(out -> frames(out, 1, 3))));
        seeds.put("FrameReader/server", reader(0, written(out -> frames(out, 2, 4))));

        seeds.put(
                "StrangerMux/attach-and-open",
                new Seed()
                        .numbers(CONTROL, 0, OPENING, 3, 0, DELIVER, FRAME, WINDOW, SYN, 5, 0, DELIVER)
                        .made());
        seeds.put(
                "AttachedMux/a-stream-from-open-to-end",
                new Seed()
                        .numbers(CONTROL, 0, OPENING, 5, 3, DELIVER, 3)
                        .numbers(FRAME, DATA, 0, 3, 5)
                        .bytes("hello".getBytes(StandardCharsets.US_ASCII))
                        .numbers(FRAME, WINDOW, 0, 3, 2, FRAME, WINDOW, FIN, 3, 0, DELIVER, FINISH, 1)
                        .made());
        seeds.put(
                "AttachedMux/the-smaller-window-that-overflows",
                new Seed()
                        .numbers(CONTROL, 0x40, OPENING, 5, 3, DELIVER, 4, FRAME, DATA, 0, 3, 0xe0 + 5, DELIVER)
                        .made());
        seeds.put(
                "AttachedMux/a-stream-that-is-accepted-late",
                new Seed()
                        .numbers(OPENING, 40, 3, DELIVER, 5, READ, 0, ACCEPT, 0, WRITE, 0, 100, ABORT, 0)
                        .made());
        seeds.put(
                "AttachedMux/a-window-that-overflows",
                new Seed()
                        .numbers(OPENING, 5, 3, DELIVER, 4, FRAME, DATA, 0, 3, 0xe0 + 7, DELIVER)
                        .made());
        seeds.put(
                "AttachedMux/credit-that-overflows",
                new Seed()
                        .numbers(OPENING, 5, 3, DELIVER, 4, FRAME, WINDOW, 0, 3, 5, FRAME, WINDOW, 0, 3, 5, DELIVER)
                        .made());
        seeds.put(
                "AttachedMux/resets-in-a-row",
                new Seed()
                        .numbers(
                                OPENING, 5, 3, FRAME, WINDOW, RST, 3, 0, OPENING, 5, 5, FRAME, WINDOW, RST, 5, 0,
                                DELIVER)
                        .made());
        seeds.put(
                "AttachedMux/pings-in-a-row",
                new Seed().numbers(FRAME, PING, SYN, 0, 7, REPEAT, 255, DELIVER).made());
        seeds.put(
                "AttachedMux/a-stream-of-this-end",
                new Seed()
                        .numbers(
                                OPEN_HERE, FRAME, WINDOW, 8, 2, 0, DELIVER, WRITE, 0, 50, FRAME, WINDOW, RST, 2, 0,
                                DELIVER)
                        .made());
        clientMux(seeds);
        return seeds;
    }

    /** What servers send; a client's end has its control stream from the beginning, as the first of its streams. */
    private static void clientMux(Map<String, byte[]> seeds) {
        seeds.put(
                "ClientMux/a-stream-before-the-attach-and-one-after-it",
                new Seed()
                        .numbers(OPENING, 5, 2, CONTROL, 0, DELIVER, OPENING, 5, 4, DELIVER, 3)
                        .numbers(FRAME, DATA, 0, 4, 5)
                        .bytes("hello".getBytes(StandardCharsets.US_ASCII))
                        .numbers(FRAME, WINDOW, 0, 4, 2, FRAME, WINDOW, FIN, 4, 0, DELIVER, FINISH, 1)
                        .made());
        seeds.put(
                "ClientMux/a-stream-of-this-end-that-is-accepted",
                new Seed()
                        .numbers(CONTROL, AGREE, OPEN_HERE, 0, WRITE, 1, 50)
                        .numbers(OPENING, OPENED + 3, 3, FRAME, WINDOW, 0, 3, 2, FRAME, WINDOW, FIN, 3, 0, DELIVER)
                        .numbers(FINISH, 1)
                        .made());
        seeds.put(
                "ClientMux/a-stream-of-this-end-that-is-refused",
                new Seed()
                        .numbers(CONTROL, 0, OPEN_HERE, 0, OPENING, OPENED + REFUSED + RESET, 3, DELIVER)
                        .made());
        seeds.put(
                "ClientMux/a-refusal-without-reset-that-goes-on",
                new Seed()
                        .numbers(CONTROL, 0, OPEN_HERE, 0, OPENING, OPENED + REFUSED, 3, DELIVER)
                        .numbers(FRAME, DATA, 0, 3, 0xe0 + 5, DELIVER)
                        .made());
        seeds.put(
                "ClientMux/the-smaller-window-that-overflows",
                new Seed()
                        .numbers(CONTROL, AGREE, OPENING, 5, 2, DELIVER, 4, FRAME, DATA, 0, 2, 0xe0 + 5, DELIVER)
                        .made());
        seeds.put(
                "ClientMux/messages-behind-the-last",
                new Seed()
                        .numbers(CONTROL, 0, CONTROL, CONFIG, CONTROL, TERMINATE)
                        .numbers(OPENING, 5, 2, CONTROL, CONFIG, DELIVER)
                        .made());
        seeds.put(
                "ClientMux/the-control-stream-is-refused",
                new Seed().numbers(FRAME, WINDOW, RST, 1, 0, DELIVER).made());
    }

    private static byte[] reader(int ofClient, byte[] frames) {
        return new Seed().numbers(ofClient, 0x7f, 3, 5, 12, 30).bytes(frames).made();
    }

    private static void frames(ByteBuf out, int first, int second) {
        FrameWriter.data(out, first, Frame.SYN, 4);
        out.writeInt(7);
        FrameWriter.ping(out, false, 9);
        FrameWriter.windowUpdate(out, second, Frame.SYN, 0);
        FrameWriter.data(out, second, 0, 3);
        out.writeMedium(8);
        FrameWriter.windowUpdate(out, first, 0, 131_072);
        FrameWriter.data(out, second, Frame.FIN, 0);
        FrameWriter.windowUpdate(out, second, Frame.RST, 0);
        FrameWriter.ping(out, true, 9);
        FrameWriter.goAway(out, GoAwayCode.NORMAL);
    }

    private static Path file(String name) {
        int slash = name.indexOf('/');
        return FOLDER.resolve(name.substring(0, slash) + "FuzzTestInputs").resolve(name.substring(slash + 1));
    }

    @Test
    void areWhatIsInTheRepository() throws Exception {
        for (Map.Entry<String, byte[]> seed : seeds().entrySet()) {
            assertArrayEquals(seed.getValue(), Files.readAllBytes(file(seed.getKey())), seed.getKey());
        }
    }

    /** What a fuzz test leaves in the folder is committed once it is understood: under a name that says what it shows. */
    @Test
    void haveNamesThatPeopleGave() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            assertEquals(
                    List.of(),
                    files.filter(Files::isRegularFile)
                            .filter(file ->
                                    file.getFileName().toString().matches("(crash|leak|oom|slow-unit|timeout)-.*"))
                            .toList());
        }
    }

    /** Writes them anew; run in the folder of the module. */
    public static void main(String[] arguments) throws IOException, ControlViolation {
        for (Map.Entry<String, byte[]> seed : seeds().entrySet()) {
            Files.createDirectories(file(seed.getKey()).getParent());
            Files.write(file(seed.getKey()), seed.getValue());
        }
    }
}
