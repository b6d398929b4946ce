// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sallyport.shell.internal.FakeServer;

final class SyntaxTest {
    private static final Argument WHAT = Argument.required("WHAT", "what it is", Completion.words("this", "that"));
    private static final Argument WHERE = Argument.optional("WHERE", "where it is", Completion.GATEWAYS);
    private static final Option LOUD = Option.flag("--loud", "says it loudly");
    private static final Option TIMES = Option.value("--times", "N", "how often", Completion.words("1", "2"));
    private static final Syntax SYNTAX =
            Syntax.of("test", "say", "Says it.").with(WHAT).with(WHERE).with(LOUD, TIMES);

    @Test
    void optionsStandAnywhereAndInBothForms() {
        for (List<String> words : List.of(
                List.of("--loud", "--times", "3", "this", "here"),
                List.of("this", "--times=3", "here", "--loud"),
                List.of("this", "here", "--loud", "--times", "3"))) {
            Given given = SYNTAX.parse(words);

            assertThat(given.text(WHAT)).isEqualTo("this");
            assertThat(given.textOrNull(WHERE)).isEqualTo("here");
            assertThat(given.has(LOUD)).isTrue();
            assertThat(given.number(TIMES, 1, 9, 1)).isEqualTo(3);
        }
    }

    @Test
    void afterTwoDashesNothingIsAnOption() {
        assertThat(SYNTAX.parse(List.of("--", "--loud")).text(WHAT)).isEqualTo("--loud");
        assertThat(SYNTAX.parse(List.of("-")).text(WHAT)).isEqualTo("-");
    }

    @Test
    void whatDoesNotFitIsToldWithWhatWould() {
        String expected = ": expected test:say WHAT [WHERE] [--loud] [--times N]";

        assertThatThrownBy(() -> SYNTAX.parse(List.of())).hasMessage("WHAT is missing (what it is)" + expected);
        assertThatThrownBy(() -> SYNTAX.parse(List.of("a", "b", "c")))
                .hasMessage("'c' is one word too many" + expected);
        assertThatThrownBy(() -> SYNTAX.parse(List.of("a", "--quiet")))
                .hasMessage("there is no option --quiet" + expected);
        assertThatThrownBy(() -> SYNTAX.parse(List.of("a", "--times"))).hasMessage("--times lacks its N" + expected);
        assertThatThrownBy(() -> SYNTAX.parse(List.of("a", "--times="))).hasMessage("--times lacks its N" + expected);
        assertThatThrownBy(() -> SYNTAX.parse(List.of("a", "--loud=yes")))
                .hasMessage("--loud takes no value" + expected);
        assertThatThrownBy(() -> SYNTAX.parse(List.of("a", "--loud", "--loud")))
                .hasMessage("--loud is given twice" + expected);
    }

    @Test
    void usageIsTheLineAndAllItsParts() {
        assertThat(SYNTAX.usage())
                .isEqualTo(
                        """
                        test:say WHAT [WHERE] [--loud] [--times N]

                        Says it.

                          WHAT       what it is
                          WHERE      where it is
                          --loud     says it loudly
                          --times N  how often
                        """);
    }

    @Test
    void completionKnowsThePlace() {
        Services services = new Bench().services;

        assertThat(SYNTAX.candidates(List.of(), "", services)).containsExactly("this", "that");
        assertThat(SYNTAX.candidates(List.of("this"), "", services)).containsExactly(FakeServer.GATEWAY);
        assertThat(SYNTAX.candidates(List.of("this", "--times"), "", services)).containsExactly("1", "2");
        assertThat(SYNTAX.candidates(List.of("--times", "1", "this"), "", services))
                .containsExactly(FakeServer.GATEWAY);
        assertThat(SYNTAX.candidates(List.of("this"), "--", services)).containsExactly("--loud", "--times");
        assertThat(SYNTAX.candidates(List.of("this", "here", "--loud"), "", services))
                .containsExactly("--times");
    }

    @Test
    void completionWithoutAnAnswerIsEmpty() {
        Bench bench = new Bench();
        bench.server.failure = new IllegalStateException("told to break");
        assertThat(SYNTAX.candidates(List.of("this"), "", bench.services)).isEmpty();

        bench.services.gateways = null;
        assertThat(SYNTAX.candidates(List.of("this"), "", bench.services)).isEmpty();
    }

    @Test
    void everyArgumentOfOurCommandsCompletesFromServices() {
        Bench bench = new Bench();
        assertThat(candidates(bench, "destination:show")).containsExactly(FakeServer.ON_PREMISES, FakeServer.CLOUD);
        assertThat(candidates(bench, "client:block")).containsExactly(FakeServer.KEY);
        assertThat(candidates(bench, "client:drain")).containsExactly(FakeServer.CLIENT);
        assertThat(candidates(bench, "acl:remove", FakeServer.GATEWAY))
                .containsExactly(":22", "[10.0.0.0/8]:", "db.example:5432");
        assertThat(candidates(bench, "destination:create", "--protocol")).containsExactly("tcp", "tls");
        assertThat(candidates(bench, "gateway:show", FakeServer.GATEWAY, "--wait"))
                .containsExactly("attached", "waiting", "disabled");
    }

    @Test
    void theContractsCommandsAreAllThereAndEachOnce() {
        Set<String> names = new HashSet<>();
        for (Verb verb : Verbs.all()) {
            assertThat(names.add(verb.syntax().command())).isTrue();
        }
        assertThat(names)
                .containsExactlyInAnyOrder(
                        ("gateway:create gateway:list gateway:show gateway:update gateway:enable gateway:disable gateway:delete"
                                        + " gateway:token destination:create destination:cert destination:rule destination:list destination:show"
                                        + " destination:update destination:enable destination:disable"
                                        + " destination:delete destination:test client:list client:show"
                                        + " client:terminate client:drain client:probe client:block client:history"
                                        + " acl:show acl:allow acl:deny acl:remove acl:load tunnel:list tunnel:show tunnel:attach"
                                        + " tunnel:detach sallyport:health")
                                .split(" "));
    }

    private static List<String> candidates(Bench bench, String command, String... before) {
        return Verbs.all().stream()
                .map(Verb::syntax)
                .filter(syntax -> syntax.command().equals(command))
                .findFirst()
                .orElseThrow()
                .candidates(List.of(before), "", bench.services);
    }
}
