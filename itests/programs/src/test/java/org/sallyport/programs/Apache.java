// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.sallyport.testkit.process.Ports;

/** Apache: {@code /} are files, {@code /git/} repositories, {@code /digest} answers with the SHA-256 of what it was sent. */
final class Apache {
    private static final String MODULES = "/usr/lib/apache2/modules/";

    private Apache() {}

    /** {@return the folder of the files that it serves} */
    static Path files(Path folder) {
        return folder.resolve("www");
    }

    /** {@return the folder of the repositories} */
    static Path repositories(Path folder) {
        return folder.resolve("repositories");
    }

    /** Starts it for plain HTTP, in a folder that is given to the account that it runs as. */
    static Daemon start(Path folder) throws IOException {
        int port = Ports.one();
        Files.createDirectories(files(folder));
        Files.createDirectories(repositories(folder));
        Path digest = Files.writeString(
                folder.resolve("digest"), "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\nsha256sum\n");
        Files.setPosixFilePermissions(digest, PosixFilePermissions.fromString("rwxr-xr-x"));
        StringBuilder modules = new StringBuilder();
        for (String each : new String[] {"mpm_prefork", "authz_core", "alias", "cgi", "env"}) {
            modules.append("LoadModule %1$s_module %2$smod_%1$s.so\n".formatted(each, MODULES));
        }
        Path configuration = Files.writeString(
                folder.resolve("apache.conf"),
                modules
                        + """
                        ServerName localhost
                        Listen 127.0.0.1:%2$d
                        ServerRoot %1$s
                        DefaultRuntimeDir %1$s
                        PidFile %1$s/apache.pid
                        Mutex file:%1$s default
                        ErrorLog %1$s/error.log
                        StartServers 2
                        MaxRequestWorkers 20
                        DocumentRoot %1$s/www
                        ScriptAlias /digest %1$s/digest
                        ScriptAlias /git/ /usr/lib/git-core/git-http-backend/
                        SetEnv GIT_PROJECT_ROOT %1$s/repositories
                        SetEnv GIT_HTTP_EXPORT_ALL yes
                        <Directory />
                          Require all granted
                        </Directory>
                        """
                                .formatted(folder, port));
        Account.give(folder);
        // not -DFOREGROUND: that stays in the process group of the tests, all of which it would end with its children
        return Daemon.start(
                "apache2",
                port,
                new ProcessBuilder(Account.run(Tool.APACHE.with(
                                "-DNO_DETACH", "-d", folder.toString(), "-f", configuration.toString())))
                        .directory(folder.toFile()));
    }
}
