// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sallyport.testkit.process.Ports;

/** nginx in one process: {@code /} are files, {@code /put/} takes them, {@code /head} tells what it was asked. */
final class Nginx {
    private Nginx() {}

    /** Starts it for plain HTTP. */
    static Daemon plain(Path folder) throws IOException {
        return start(folder, "", "");
    }

    /**
     * Starts it for HTTPS.
     *
     * @param folder for all it reads and writes
     * @param tls its directives for that
     */
    static Daemon tls(Path folder, String tls) throws IOException {
        return start(folder, " ssl", tls);
    }

    /** {@return the folder of the files that it serves} */
    static Path files(Path folder) {
        return folder.resolve("www");
    }

    private static Daemon start(Path folder, String listen, String tls) throws IOException {
        int port = Ports.one();
        Files.createDirectories(files(folder).resolve("put"));
        Path configuration = Files.writeString(
                folder.resolve("nginx.conf"),
                """
                daemon off;
                master_process off;
                pid %1$s/nginx.pid;
                events { worker_connections 512; }
                http {
                  access_log %1$s/access.log;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  client_max_body_size 0;
                  server {
                    listen 127.0.0.1:%2$d%3$s;
                    root %1$s/www;
                    %4$s
                    location /put/ { dav_methods PUT; }
                    location = /head {
                      default_type text/plain;
                      return 200 "host=$http_host for=$http_x_forwarded_for proto=$http_x_forwarded_proto tls=$ssl_protocol client=$ssl_client_s_dn";
                    }
                  }
                }
                """
                        .formatted(folder, port, listen, tls));
        return Daemon.start(
                "nginx",
                port,
                new ProcessBuilder(Tool.NGINX.with("-e", "stderr", "-p", folder + "/", "-c", configuration.toString()))
                        .directory(folder.toFile()));
    }
}
