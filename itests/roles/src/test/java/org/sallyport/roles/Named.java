// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.sallyport.api.HostPort;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Resource;

/** Resources that say which one they are, and the question that shows which one answers. */
final class Named {
    private Named() {}

    /** {@return a resource that says its name and then sends back what it gets} */
    static Resource resource(String name) {
        return Resource.of(socket -> {
            socket.getOutputStream().write((name + "\n").getBytes(StandardCharsets.UTF_8));
            socket.getInputStream().transferTo(socket.getOutputStream());
            socket.shutdownOutput();
        });
    }

    /** {@return what the resource behind an address says, its name first; empty when it is not reached} */
    static String ask(HostPort address, String text) {
        try (Conversation application = Conversation.connect(address)) {
            return application.send(text).end().receiveAll();
        } catch (IOException e) {
            return "";
        }
    }
}
