// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.sallyport.api.config.SettingException;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RESP with a list of the commands that may pass. Applications speak first, so the first command that may pass opens the stream:
 * who only tries what is refused never costs the resource a connection.
 *
 * <p>A change of the configuration holds for connections that come after it; those that are open keep theirs. A wrong one changes
 * nothing and is shown in {@code health}; while none was right yet, nothing passes.
 */
@Component(
        configurationPid = RespSettings.PID,
        configurationPolicy = ConfigurationPolicy.OPTIONAL,
        service = {Protocol.class, HealthCheck.class},
        property = Protocol.NAME + "=resp")
public final class RespProtocol implements Protocol, HealthCheck {
    private static final Logger LOG = LoggerFactory.getLogger(RespProtocol.class);

    private volatile RespSettings settings = RespSettings.of(Map.of());
    private volatile String problem = "";

    /**
     * @param configuration of {@value RespSettings#PID}
     */
    @Activate
    public RespProtocol(Map<String, ?> configuration) {
        configure(configuration);
    }

    /** Without this method the component would be made anew at each change, and its connections would end. */
    @Modified
    void configure(Map<String, ?> configuration) {
        try {
            settings = RespSettings.of(configuration);
            problem = "";
            LOG.info("resp: {} commands may pass", settings.commands().size());
        } catch (SettingException wrong) {
            problem = wrong.getMessage() + "; the settings before are kept";
            LOG.error("resp: {}", problem);
        }
    }

    @Override
    public PipelineStage ingress() {
        RespSettings now = settings;
        return (pipeline, context) -> pipeline.addLast(new RespIngress(context, now));
    }

    @Override
    public boolean opensLate() {
        return true;
    }

    @Override
    public String name() {
        return "protocol resp";
    }

    @Override
    public Health check() {
        String wrong = problem;
        int passing = settings.commands().size();
        if (!wrong.isEmpty()) {
            return Health.bad(wrong);
        }
        return Health.good(
                passing == 0
                        ? "no command may pass: name some as commands in etc/" + RespSettings.PID + ".cfg"
                        : passing + " commands may pass");
    }
}
