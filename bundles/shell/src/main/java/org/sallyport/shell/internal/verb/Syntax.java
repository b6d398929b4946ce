// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Shown;

/**
 * How a command is called: parsing, usage and completion in one place. Options may stand anywhere, as {@code --name value}
 * or {@code --name=value}; after {@code --} nothing is an option.
 *
 * @param description one sentence, for lists of commands
 */
public record Syntax(String scope, String name, String description, List<Argument> arguments, List<Option> options) {
    static final Option JSON = Option.value("-o", "json", "shows it as one JSON document", Completion.words("json"));

    static final String WAIT = "--wait";

    private static final String HELP = "--help";

    static Syntax of(String scope, String name, String description) {
        return new Syntax(scope, name, description, List.of(), List.of());
    }

    static Option waitFor(List<String> states) {
        return Option.value(
                WAIT,
                "STATE[:SECONDS]",
                "waits until it is " + String.join(", ", states) + "; 30 seconds unless told otherwise",
                (services, before) -> states);
    }

    Syntax with(Argument argument) {
        return new Syntax(scope, name, description, added(arguments, argument), options);
    }

    Syntax with(Option... more) {
        Syntax result = this;
        for (Option option : more) {
            result = new Syntax(scope, name, description, arguments, added(result.options, option));
        }
        return result;
    }

    private static <T> List<T> added(List<T> list, T element) {
        return Stream.concat(list.stream(), Stream.of(element)).toList();
    }

    /** {@return the command's whole name} */
    public String command() {
        return scope + ":" + name;
    }

    /** {@return whether somebody asks for the usage} */
    public boolean asksForHelp(List<String> words) {
        return words.contains(HELP);
    }

    /**
     * Sorts the words of a call.
     *
     * @param words what follows the command's name
     * @return what they say
     * @throws IllegalArgumentException when they do not fit; the message tells how they would
     */
    Given parse(List<String> words) {
        List<String> places = new ArrayList<>();
        Map<String, String> named = new LinkedHashMap<>();
        boolean optionsOver = false;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (optionsOver || !word.startsWith("-") || word.equals("-")) {
                places.add(word);
            } else if (word.equals("--")) {
                optionsOver = true;
            } else {
                i += take(word, i + 1 < words.size() ? words.get(i + 1) : null, named);
            }
        }
        if (places.size() > arguments.size()) {
            throw wrong("'" + Shown.of(places.get(arguments.size())) + "' is one word too many");
        }
        for (Argument argument : arguments.subList(places.size(), arguments.size())) {
            if (argument.required()) {
                throw wrong(argument.name() + " is missing (" + argument.description() + ")");
            }
        }
        return new Given(this, places, named);
    }

    /** Takes an option; says how many further words it took. */
    private int take(String word, @Nullable String next, Map<String, String> named) {
        int equals = word.startsWith("--") ? word.indexOf('=') : -1;
        String optionName = equals < 0 ? word : word.substring(0, equals);
        Option option = option(optionName);
        if (option == null) {
            throw wrong("there is no option " + Shown.of(optionName));
        }
        boolean takesNext = equals < 0 && !option.isFlag();
        @Nullable String value = option.isFlag() ? "" : takesNext ? next : word.substring(equals + 1);
        if (value == null || value.isEmpty() != option.isFlag() || (option.isFlag() && equals >= 0)) {
            throw wrong(
                    option.isFlag()
                            ? option.name() + " takes no value"
                            : option.name() + " lacks its " + option.value());
        }
        if (named.put(option.name(), value) != null) {
            throw wrong(option.name() + " is given twice");
        }
        return takesNext ? 1 : 0;
    }

    private @Nullable Option option(String optionName) {
        return options.stream()
                .filter(option -> option.name().equals(optionName))
                .findFirst()
                .orElse(null);
    }

    IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + ": expected " + line());
    }

    private String line() {
        String places = arguments.stream().map(argument -> " " + argument).collect(Collectors.joining());
        String names = options.stream().map(option -> " [" + option + "]").collect(Collectors.joining());
        return command() + places + names;
    }

    /** {@return what {@code --help} prints} */
    public String usage() {
        StringBuilder text =
                new StringBuilder(line()).append("\n\n").append(description).append("\n");
        int width = Stream.concat(
                        arguments.stream().map(Argument::name), options.stream().map(Option::toString))
                .mapToInt(String::length)
                .max()
                .orElse(0);
        String format = "  %-" + Math.max(1, width) + "s  %s\n";
        if (width > 0) {
            text.append("\n");
        }
        arguments.forEach(argument -> text.append(format.formatted(argument.name(), argument.description())));
        options.forEach(option -> text.append(format.formatted(option, option.description())));
        return text.toString();
    }

    /**
     * What may stand at a place.
     *
     * @param before the words between the command's name and that place
     * @param begun what is typed there already
     * @param services where IDs come from
     * @return words, some of which may not begin with what is typed
     */
    public List<String> candidates(List<String> before, String begun, Services services) {
        List<String> places = new ArrayList<>();
        @Nullable Option open = null;
        for (String word : before) {
            if (open != null) {
                open = null;
            } else if (word.startsWith("-") && !word.equals("-")) {
                Option option = option(word);
                open = option == null || option.isFlag() ? null : option;
            } else {
                places.add(word);
            }
        }
        if (open != null) {
            return open.completion().candidates(services, places);
        }
        List<String> words = new ArrayList<>();
        if (places.size() < arguments.size() && !begun.startsWith("-")) {
            words.addAll(arguments.get(places.size()).completion().candidates(services, places));
        }
        if (begun.startsWith("-") || places.size() >= arguments.size()) {
            options.stream()
                    .map(Option::name)
                    .filter(name -> !before.contains(name))
                    .forEach(words::add);
        }
        return words;
    }
}
