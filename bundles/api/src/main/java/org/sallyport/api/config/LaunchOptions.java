// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.config;

import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.AclRule;
import org.sallyport.api.HostPort;

/**
 * What the launcher's command line says to the client role, handed over in system properties; checked by the launcher
 * before anything starts. In a container that another launcher started it is empty.
 *
 * @param tokenFiles paths of token files; {@code -} is standard input, {@value #TOKEN_OF_ENVIRONMENT} the environment
 * @param server where to connect instead of the tokens' addresses; null: those
 * @param tunnels attachments per token
 * @param allow ACL rules to add at attach
 * @param aclFile the file whose rules replace the ACL once, at start; null: none
 */
public record LaunchOptions(
        List<String> tokenFiles,
        @Nullable HostPort server,
        int tunnels,
        List<AclRule> allow,
        @Nullable String aclFile) {
    /** System property: paths of token files, separated by newlines. */
    public static final String TOKEN_FILES = "sallyport.launch.token-files";

    /** System property: {@code HOST:PORT}. */
    public static final String SERVER = "sallyport.launch.server";

    /** System property: a number from 1 to 64. */
    public static final String TUNNELS = "sallyport.launch.tunnels";

    /** System property: {@code HOST:PORT} rules, separated by newlines. */
    public static final String ALLOW = "sallyport.launch.allow";

    /** System property: a path. */
    public static final String ACL_FILE = "sallyport.launch.acl-file";

    /** Environment variable: a security token, for {@code sallyport client} and {@code tunnel:attach} without a token file. */
    public static final String TOKEN_VARIABLE = "SALLYPORT_TOKEN";

    /** Stands among the token files for the one in {@link #TOKEN_VARIABLE}; the token itself is in no property. */
    public static final String TOKEN_OF_ENVIRONMENT = "$" + TOKEN_VARIABLE;

    /** How many attachments one process may ask for with one token. */
    public static final int MAX_TUNNELS = 64;

    public LaunchOptions {
        tokenFiles = List.copyOf(tokenFiles);
        allow = List.copyOf(allow);
        if (tunnels < 1 || tunnels > MAX_TUNNELS) {
            throw new IllegalArgumentException("tunnels " + tunnels + ": expected 1 to " + MAX_TUNNELS);
        }
    }

    /**
     * Reads the options of this run.
     *
     * @param system the system properties
     * @return the options
     * @throws IllegalArgumentException on a wrong value; the message says what was given and expected
     */
    public static LaunchOptions of(Properties system) {
        String server = system.getProperty(SERVER, "");
        String aclFile = system.getProperty(ACL_FILE, "");
        return new LaunchOptions(
                lines(system.getProperty(TOKEN_FILES, "")),
                server.isEmpty() ? null : HostPort.parse(server),
                Texts.number(system.getProperty(TUNNELS, "1"), 1, MAX_TUNNELS),
                lines(system.getProperty(ALLOW, "")).stream()
                        .map(target -> AclRule.parse(AclRule.Action.ALLOW, target))
                        .toList(),
                aclFile.isEmpty() ? null : aclFile);
    }

    private static List<String> lines(String text) {
        return text.lines().filter(line -> !line.isBlank()).toList();
    }
}
