// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** Bytes are carried whatever protects the two legs. */
@ParameterizedClass
@CsvSource({
    "ON_PREMISES,NONE",
    "ON_PREMISES,TLS",
    "ON_PREMISES,MUTUAL",
    "ACROSS_LOOPS,TLS",
    "CLOUD,NONE",
    "CLOUD,TLS",
    "CLOUD,MUTUAL"
})
public abstract class LegsContract extends LegsFixture {
    private static final int LARGE = 8 << 20;

    @Test
    void whatIsSentComesBack() throws IOException {
        try (Resource echo = echo();
                Socket application = application(listening(echo))) {
            assertThat(exchange(application, "hello")).isEqualTo("hello");
            assertThat(exchange(application, "again")).isEqualTo("again");
        }
    }

    @Test
    void muchGoesBothWaysAtOnceUnchanged() throws Exception {
        try (Resource echo = echo();
                Socket application = application(listening(echo))) {
            Thread writer = new Thread(() -> {
                try {
                    Pattern.write(application.getOutputStream(), LARGE);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();
            byte[] back = application.getInputStream().readNBytes(LARGE);
            assertThat(Pattern.readToEnd(new ByteArrayInputStream(back))).isEqualTo(LARGE);
            writer.join(20_000);
            assertThat(writer.isAlive()).isFalse();
        }
    }

    @Test
    void theEndOfTheApplicationIsAnsweredWithAnEnd() throws IOException {
        try (Resource echo = echo();
                Socket application = application(listening(echo))) {
            assertThat(exchange(application, "hello")).isEqualTo("hello");
            application.shutdownOutput();
            assertThat(application.getInputStream().read()).isEqualTo(-1);
        }
        Event.FlowEnded ended = ends.ingress().events().await(Event.FlowEnded.class);
        assertThat(ended.bytesIn()).isEqualTo(5);
        assertThat(ended.bytesOut()).isEqualTo(5);
    }
}
