// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class AclFileTest {
    @Test
    void rulesAreReadWithAndWithoutTheOldWordAndCommentsCountForNothing() {
        Acl acl = AclFile.parse(
                """
                # what the billing team needs
                allow db.example:5432   # the replica
                acl deny  db.example:

                ACL Allow [10.0.0.0/8]:443
                """);

        assertThat(acl.rules())
                .extracting(AclRule::toString)
                .containsExactly("allow db.example:5432", "deny db.example:", "allow [10.0.0.0/8]:443");
    }

    @Test
    void filesOfTheOldProductMeanWhatTheyMeantThere() {
        assertThat(rules("acl deny local\nacl allow db:")).containsExactly("deny local:", "allow db:");
        assertThat(rules("acl allow a:1\nacl deny b:2\nno acl a:1")).containsExactly("deny b:2");
        assertThat(rules("acl allow a:1\nno acl local\nNO ACL\nacl allow c:3")).containsExactly("allow c:3");
        assertThat(AclFile.parse("acl allow a:1\nno acl")).isEqualTo(Acl.EMPTY);
    }

    @Test
    void inTheOldProductATargetTakesBackEverythingOfItsWord() {
        assertThat(rules("acl allow :\nacl allow db:5432")).containsExactly("allow db:5432");
        assertThat(rules("acl deny :\nacl deny db:5432")).containsExactly("deny db:5432");
        assertThat(rules("acl allow :\nacl deny db:5432")).containsExactly("allow :", "deny db:5432");
        assertThat(rules("acl allow :\nacl allow :")).containsExactly("allow :");
        assertThat(rules("allow :\nallow db:5432"))
                .as("the words of our own files stand for themselves")
                .containsExactly("allow :", "allow db:5432");
    }

    private static List<String> rules(String file) {
        return AclFile.parse(file).rules().stream().map(AclRule::toString).toList();
    }

    @Test
    void aLaterRuleReplacesOneWithTheSameTarget() {
        assertThat(AclFile.parse("allow a:1\ndeny a:1").rules())
                .extracting(AclRule::toString)
                .containsExactly("deny a:1");
    }

    @Test
    void aFileOfCommentsHoldsNoRule() {
        assertThat(AclFile.parse("# nothing\n\n   \n")).isEqualTo(Acl.EMPTY);
        assertThat(AclFile.parse("")).isEqualTo(Acl.EMPTY);
    }

    @Test
    void aWrongLineIsNamedByItsNumberWithWhatWasExpected() {
        assertThatThrownBy(() -> AclFile.parse("allow a:1\ndeny local"))
                .hasMessageStartingWith("line 2: 'local': expected [HOST]:[PORT]");
        assertThatThrownBy(() -> AclFile.parse("permit a:1"))
                .hasMessage(
                        "line 1: 'permit a:1': expected 'allow HOST:PORT' or 'deny HOST:PORT', as in allow db:5432");
        assertThatThrownBy(() -> AclFile.parse("acl")).hasMessageStartingWith("line 1: 'acl'");
        assertThatThrownBy(() -> AclFile.parse("no acl a:1 b:2")).hasMessageStartingWith("line 1: 'no acl a:1 b:2'");
        assertThatThrownBy(() -> AclFile.parse("no acl a:x")).hasMessageStartingWith("line 1: port 'x'");
        assertThatThrownBy(() -> AclFile.parse("no rules")).hasMessageStartingWith("line 1: 'no rules'");
        assertThatThrownBy(() -> AclFile.parse("allow a:1 b:2")).hasMessageStartingWith("line 1:");
        assertThatThrownBy(() -> AclFile.parse("allow a:70000")).hasMessageStartingWith("line 1: port '70000'");
    }

    @Test
    void theDecisiveRuleIsNamedWhateverItSays() {
        Acl acl = AclFile.parse("allow :\ndeny db:");

        assertThat(acl.decisive("db", 1, null)).hasToString("deny db:");
        assertThat(acl.decisive("web", 1, null)).hasToString("allow :");
        assertThat(Acl.EMPTY.decisive("web", 1, null)).isNull();
    }
}
