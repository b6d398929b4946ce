// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.event;

import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.Registration;

/** Where events go and come from. */
@ProviderType
public interface EventHub {
    /**
     * Tells everybody. Never blocks and never throws, so it may be called from an event loop. When subscribers are so
     * slow that the queue is full, flow events are dropped and counted; others are kept.
     *
     * @param event what happened
     */
    void publish(Event event);

    /**
     * Listens from now on.
     *
     * @param subscriber gets every event in the order of publication, on the hub's one thread; what it throws is logged
     *     and costs nobody else the event
     * @return ends the subscription
     */
    Registration subscribe(Consumer<Event> subscriber);

    /**
     * Listens from now on, and hears first what was missed: the last 1,000 events but those about single flows and
     * destinations, in their order, without a gap to those that follow. For whoever comes late and must know that something is ready.
     *
     * @param subscriber as in {@link #subscribe}
     * @return ends the subscription
     */
    Registration subscribeWithPast(Consumer<Event> subscriber);

    /** {@return how many flow events were dropped so far} */
    long dropped();
}
