// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.time.Instant;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.service.DestinationView;

/**
 * Views as JSON: their component names are the field names, absent values are null, instants are ISO 8601. A
 * destination's options are there when one of them is not at its default, so that the fields others count on stay the
 * same whatever can be tuned. What is counted of datagrams only is there for those that carry them.
 */
final class Json {
    private static final ObjectWriter WRITER = JsonMapper.builder()
            .addModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance))
            .addMixIn(DestinationView.class, DestinationForm.class)
            .build()
            .writer(new DefaultPrettyPrinter().withArrayIndenter(new DefaultIndenter("  ", "\n")));

    private Json() {}

    static String text(Object value) {
        try {
            return WRITER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a view that is no JSON: " + value.getClass(), e);
        }
    }

    /** How a destination's view is written. */
    interface DestinationForm {
        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Defaults.class)
        DestinationView.Options options();

        @JsonInclude(JsonInclude.Include.NON_NULL)
        Long dropped();
    }

    /** Equal to options that need not be written; made by the library. */
    static final class Defaults {
        private static final DestinationView.Options DEFAULTS = DestinationView.Options.of(DestinationOptions.DEFAULTS);

        @Override
        public boolean equals(Object options) {
            return DEFAULTS.equals(options);
        }

        @Override
        public int hashCode() {
            return DEFAULTS.hashCode();
        }
    }
}
