// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        assertThatThrownBy(() -> AclFile.parse("allow a:1\nacl deny local"))
                .hasMessageStartingWith("line 2: 'local': expected [HOST]:[PORT]");
        assertThatThrownBy(() -> AclFile.parse("permit a:1"))
                .hasMessage(
                        "line 1: 'permit a:1': expected 'allow HOST:PORT' or 'deny HOST:PORT', as in allow db:5432");
        assertThatThrownBy(() -> AclFile.parse("acl")).hasMessageStartingWith("line 1: 'acl'");
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
