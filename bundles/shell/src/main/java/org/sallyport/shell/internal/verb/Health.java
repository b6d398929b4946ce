// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.health.HealthCheck;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All checks of this instance: the command {@code sallyport:health}, and what the launcher's {@code health} prints. */
public final class Health implements Verb {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);

    /** One check's answer. */
    public record Line(String name, boolean healthy, String text) {
        @Override
        public String toString() {
            return name + (healthy ? ": ok" : ": not ok") + (text.isEmpty() ? "" : " " + text);
        }
    }

    @Override
    public Syntax syntax() {
        return Syntax.of("sallyport", "health", "Says whether everything does its job, one check a line.")
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        List<Line> lines = check(call.services());
        call.show(lines, Health::text);
        List<String> bad =
                lines.stream().filter(line -> !line.healthy()).map(Line::name).toList();
        if (!bad.isEmpty()) {
            throw new Failed("not healthy: " + String.join(", ", bad));
        }
    }

    /** {@return what every check says now; a container without any check is not healthy} */
    public static List<Line> check(Services services) {
        List<Line> lines = new ArrayList<>();
        for (HealthCheck check : services.checks()) {
            lines.add(line(check));
        }
        @Nullable String missing = services.missingRole();
        if (missing != null) {
            lines.add(new Line(missing, false, "the role does not run; the log says why, or it is just starting"));
        } else if (lines.isEmpty()) {
            lines.add(new Line("role", false, "nothing to check: no role is installed, or it is just starting"));
        }
        return lines;
    }

    private static Line line(HealthCheck check) {
        try {
            HealthCheck.Health health = check.check();
            return new Line(check.name(), health.healthy(), health.text().replace('\n', ' '));
        } catch (RuntimeException e) {
            LOG.error("health: the check {} failed", check.getClass().getName(), e);
            return new Line(check.name(), false, "the check itself failed: " + e);
        }
    }

    /** {@return a line for each} */
    public static String text(List<Line> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
