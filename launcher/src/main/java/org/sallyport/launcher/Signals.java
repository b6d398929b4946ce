// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.lang.reflect.Proxy;

/**
 * Signals of the operating system. The JDK's only interface to them is {@code sun.misc.Signal}, which it exports for good
 * (JEP 260) and yet warns of at each use without a way to say that it is meant; hence by name.
 */
final class Signals {
    private Signals() {}

    /**
     * Calls a handler for each signal from now on, on a thread of its own, instead of what the JVM would do.
     *
     * @param name without SIG
     */
    static void handle(String name, Runnable handler) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object adapter = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        handler.run();
                        return null;
                    });
            signal.getMethod("handle", signal, handlerType)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), adapter);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM does not let SIG" + name + " be handled", e);
        }
    }
}
