// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.internal;

import java.util.Map;
import java.util.Properties;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.config.Limits;
import org.sallyport.api.config.SettingException;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.health.HealthCheck;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limits as they are configured. A wrong configuration changes nothing; while none was right yet the defaults hold,
 * because bounds that nobody set are better than none.
 */
@Component(
        configurationPid = LimitSettings.PID,
        configurationPolicy = ConfigurationPolicy.OPTIONAL,
        service = {Limits.class, HealthCheck.class})
public final class ConfiguredLimits implements Limits, HealthCheck {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredLimits.class);

    private final EventHub events;
    private final Properties system;
    private volatile LimitSettings now = LimitSettings.DEFAULTS;
    private volatile String problem = "";

    /**
     * @param events are told what becomes of a configuration
     * @param configuration of {@value LimitSettings#PID}
     */
    @Activate
    public ConfiguredLimits(@Reference EventHub events, Map<String, ?> configuration) {
        this(events, configuration, System.getProperties());
    }

    ConfiguredLimits(EventHub events, Map<String, ?> configuration, Properties system) {
        this.events = events;
        this.system = system;
        configure(configuration);
    }

    @Modified
    void configure(Map<String, ?> configuration) {
        try {
            LimitSettings next = LimitSettings.of(configuration, system);
            boolean news = !next.equals(now) || !problem.isEmpty();
            now = next;
            problem = "";
            if (news) {
                LOG.info("limits: taken over; what begins from now on keeps them");
                events.publish(new Event.ConfigurationApplied(LimitSettings.PID));
            }
        } catch (SettingException e) {
            problem = e.getMessage() + "; the limits before are kept";
            LOG.error("limits: {}", problem);
            events.publish(new Event.ConfigurationRejected(LimitSettings.PID, String.valueOf(e.getMessage())));
        }
    }

    @Override
    public LimitSettings now() {
        return now;
    }

    @Override
    public String name() {
        return "limits";
    }

    @Override
    public Health check() {
        String wrong = problem;
        return wrong.isEmpty() ? Health.good(LimitSettings.PID + " is in force") : Health.bad(wrong);
    }
}
