// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.spi.OutboundProxy;

/**
 * The credentials for the outbound proxy: a private file when the settings name one, else the environment, else none.
 * Messages say where the trouble is and never what stands there.
 */
final class ProxyLogin implements OutboundProxy.Login {
    /** Environment variable: {@code USER:PASSWORD}, where the settings name no file. */
    static final String VARIABLE = "SALLYPORT_PROXY_CREDENTIALS";

    private static final int MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OWNERS = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final String file;
    private final UnaryOperator<@Nullable String> environment;

    /**
     * @param file of the settings, may be empty
     * @param environment gives a variable's value, null for none
     */
    ProxyLogin(String file, UnaryOperator<@Nullable String> environment) {
        this.file = file;
        this.environment = environment;
    }

    /** {@return the proxy of the settings, null for none} */
    static @Nullable OutboundProxy proxy(ClientSettings settings) {
        return settings.proxy() == null
                ? null
                : new OutboundProxy(settings.proxy(), new ProxyLogin(settings.proxyCredentials(), System::getenv));
    }

    @Override
    public OutboundProxy.@Nullable Credentials read() throws IOException {
        if (!file.isEmpty()) {
            return credentials(contents(), "the file " + file + " (proxy.credentials)");
        }
        String variable = environment.apply(VARIABLE);
        return variable == null || variable.isEmpty()
                ? null
                : credentials(variable, "the environment variable " + VARIABLE);
    }

    private static OutboundProxy.Credentials credentials(String text, String place) throws IOException {
        String line = text.replaceFirst("\\r?\\n$", "");
        int colon = line.indexOf(':');
        if (colon <= 0 || line.chars().anyMatch(Character::isISOControl)) {
            throw new IOException("no proxy credentials in " + place + ": expected one line, USER:PASSWORD");
        }
        return new OutboundProxy.Credentials(line.substring(0, colon), line.substring(colon + 1));
    }

    private String contents() throws IOException {
        String name = "proxy credentials: the file " + file + " (proxy.credentials) ";
        try {
            Path path = Path.of(file);
            checkPrivate(path, name);
            if (Files.size(path) > MAX_BYTES) {
                throw new IOException(
                        name + "is longer than " + MAX_BYTES + " bytes: expected one line, USER:PASSWORD");
            }
            return Files.readString(path);
        } catch (NoSuchFileException | InvalidPathException e) {
            throw new IOException(name + "does not exist", e);
        } catch (AccessDeniedException e) {
            throw new IOException(name + "may not be read by this user", e);
        } catch (CharacterCodingException e) {
            throw new IOException(name + "holds no text: expected one line, USER:PASSWORD", e);
        }
    }

    private void checkPrivate(Path path, String name) throws IOException {
        Set<PosixFilePermission> permissions;
        try {
            permissions = Files.getPosixFilePermissions(path);
        } catch (UnsupportedOperationException noSuchThing) {
            return; // a file system that knows no permissions
        }
        if (!OWNERS.containsAll(permissions)) {
            throw new IOException(name + "is open to others (" + PosixFilePermissions.toString(permissions)
                    + ") and was not read: chmod 600 " + file);
        }
    }
}
