// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.door;

import java.security.PrivilegedAction;
import java.util.Set;
import java.util.function.Supplier;
import javax.security.auth.Subject;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.jaas.boot.principal.UserPrincipal;

/** Whoever showed the secret owns the instance, so Karaf takes them for an administrator. */
final class Operator {
    private static final Subject SUBJECT = new Subject(
            true,
            Set.of(
                    new UserPrincipal(System.getProperty("user.name", "operator")),
                    new RolePrincipal("admin"),
                    new RolePrincipal("manager"),
                    new RolePrincipal("viewer"),
                    new RolePrincipal("systembundles")),
            Set.of(),
            Set.of());

    private Operator() {}

    static <T> T call(Supplier<T> work) {
        return Subject.doAs(SUBJECT, (PrivilegedAction<T>) work::get);
    }
}
