// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Registration;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;

final class ConfiguredLimitsTest implements EventHub {
    private final List<Event> events = new ArrayList<>();

    @Test
    void aChangeIsTakenOverAndTold() {
        ConfiguredLimits limits = limits(Map.of());
        assertThat(limits.now()).isEqualTo(LimitSettings.DEFAULTS);
        assertThat(events).isEmpty();

        limits.configure(Map.of("tunnel.streams", "7"));

        assertThat(limits.now().tunnel().streams()).isEqualTo(7);
        assertThat(limits.check().healthy()).isTrue();
        assertThat(events).containsExactly(new Event.ConfigurationApplied(LimitSettings.PID));
    }

    @Test
    void aWrongValueChangesNothingAndShowsUntilItIsPutRight() {
        ConfiguredLimits limits = limits(Map.of("tunnel.streams", "7"));

        limits.configure(Map.of("tunnel.streams", "8", "tunnel.opens", "few"));

        assertThat(limits.now().tunnel().streams()).isEqualTo(7);
        assertThat(limits.check().healthy()).isFalse();
        assertThat(limits.check().text())
                .contains("org.sallyport.limits: tunnel.opens = 'few'")
                .endsWith("the limits before are kept");
        assertThat(events.get(events.size() - 1)).isInstanceOf(Event.ConfigurationRejected.class);

        limits.configure(Map.of("tunnel.streams", "7"));
        assertThat(limits.check().healthy()).isTrue();
    }

    @Test
    void valuesThatAreWrongAtTheStartLeaveTheDefaults() {
        ConfiguredLimits limits = limits(Map.of("tunnel.streams", "many"));

        assertThat(limits.now()).isEqualTo(LimitSettings.DEFAULTS);
        assertThat(limits.check().healthy()).isFalse();
    }

    private ConfiguredLimits limits(Map<String, ?> configuration) {
        return new ConfiguredLimits(this, configuration, new Properties());
    }

    @Override
    public void publish(Event event) {
        events.add(event);
    }

    @Override
    public Registration subscribe(Consumer<Event> subscriber) {
        throw new UnsupportedOperationException("nobody does");
    }

    @Override
    public Registration subscribeWithPast(Consumer<Event> subscriber) {
        throw new UnsupportedOperationException("nobody does");
    }

    @Override
    public long dropped() {
        return 0;
    }
}
