// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.api.Shown;

/** The words of one call, sorted. */
final class Given {
    private final Syntax syntax;
    private final List<String> places;
    private final Map<String, String> named;

    Given(Syntax syntax, List<String> places, Map<String, String> named) {
        this.syntax = syntax;
        this.places = List.copyOf(places);
        this.named = Map.copyOf(named);
    }

    /** {@return a required argument} */
    String text(Argument argument) {
        return places.get(syntax.arguments().indexOf(argument));
    }

    @Nullable
    String textOrNull(Argument argument) {
        int place = syntax.arguments().indexOf(argument);
        return place < places.size() ? places.get(place) : null;
    }

    boolean has(Option option) {
        return named.containsKey(option.name());
    }

    /** {@return whether no option was given but those named} */
    boolean hasNoneBut(String... names) {
        return Set.of(names).containsAll(named.keySet());
    }

    @Nullable
    String text(Option option) {
        return named.get(option.name());
    }

    @Nullable
    String text(String option) {
        return named.get(option);
    }

    String text(Option option, String otherwise) {
        return named.getOrDefault(option.name(), otherwise);
    }

    String needed(Option option) {
        String text = named.get(option.name());
        if (text == null) {
            throw syntax.wrong(option + " is missing");
        }
        return text;
    }

    @Nullable
    Integer number(Option option, int least, int most) {
        String text = named.get(option.name());
        return text == null ? null : number(option, text, least, most);
    }

    int number(Option option, int least, int most, int otherwise) {
        String text = named.get(option.name());
        return text == null ? otherwise : number(option, text, least, most);
    }

    @Nullable
    Integer port(Option option) {
        String text = named.get(option.name());
        return text == null ? null : naming(option, text, value -> HostPort.port(value, 1));
    }

    @Nullable
    HostPort place(Option option) {
        String text = named.get(option.name());
        return text == null ? null : naming(option, text, HostPort::parse);
    }

    @Nullable
    Duration seconds(Option option) {
        Integer seconds = number(option, 0, Integer.MAX_VALUE);
        return seconds == null ? null : Duration.ofSeconds(seconds);
    }

    /** {@return what a text means, null when the option was not given; a message of the reader is given the option's name} */
    <T> @Nullable T read(Option option, Reader<T> reader) {
        String text = named.get(option.name());
        if (text == null) {
            return null;
        }
        try {
            return reader.read(text);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            // values begin with what was given, in quotes
            throw new IllegalArgumentException(option.name() + (message.startsWith("'") ? " " : ": ") + message, e);
        }
    }

    /** Says what a text means. */
    interface Reader<T> {
        T read(String text);
    }

    private static <T> T naming(Option option, String text, Reader<T> reader) {
        try {
            return reader.read(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option.name() + ": " + e.getMessage(), e);
        }
    }

    private static int number(Option option, String text, int least, int most) {
        if (text.matches("[0-9]{1,10}")) {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return (int) number;
            }
        }
        throw new IllegalArgumentException(option.name() + " '" + Shown.of(text) + "': expected a whole number "
                + (most == Integer.MAX_VALUE ? "from " + least : "from " + least + " to " + most));
    }
}
