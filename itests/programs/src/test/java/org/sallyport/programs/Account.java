// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import java.nio.file.Path;
import java.util.List;
import org.sallyport.testkit.process.Program;

/** Who runs programs that refuse to run as root: whoever runs the tests or, where that is root, nobody. */
final class Account {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private Account() {}

    static boolean isRoot() {
        return ROOT;
    }

    /** {@return the name of that account} */
    static String name() {
        return ROOT ? "nobody" : System.getProperty("user.name");
    }

    /** {@return a command that runs a command as that account} */
    static List<String> run(List<String> command) {
        if (!ROOT) {
            return command;
        }
        List<String> all = Tool.SETPRIV.with("--reuid=nobody", "--regid=nogroup", "--clear-groups", "--");
        all.addAll(command);
        return all;
    }

    /** Gives a folder, with all in it, to that account. */
    static void give(Path folder) {
        if (ROOT) {
            ProcessBuilder chown = new ProcessBuilder("chown", "-R", "nobody:nogroup", folder.toString());
            Tool.run(chown, Program.PATIENCE).succeeded();
        }
    }
}
