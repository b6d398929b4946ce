// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** How much room in buffers each thread took from Netty's allocators while something ran, as Netty tells the flight recorder. */
final class TakenBuffers {
    private static final String TAKEN = "io.netty.AllocateBuffer";

    private final Map<Long, Long> bytes = new HashMap<>();

    /** What may fail when sockets do. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    private TakenBuffers() {}

    /** {@return what was taken while a task ran} */
    static TakenBuffers during(Task task) throws IOException {
        Path file = Files.createTempFile("buffers", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable(TAKEN).withoutStackTrace().withoutThreshold();
            recording.start();
            task.run();
            recording.stop();
            recording.dump(file);
            TakenBuffers taken = new TakenBuffers();
            for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                if (event.getEventType().getName().equals(TAKEN)) {
                    taken.bytes.merge(event.getThread().getJavaThreadId(), (long) event.getInt("size"), Long::sum);
                }
            }
            return taken;
        } finally {
            Files.delete(file);
        }
    }

    /** {@return bytes that these threads took} */
    long by(List<Long> threads) {
        return threads.stream()
                .mapToLong(thread -> bytes.getOrDefault(thread, 0L))
                .sum();
    }
}
