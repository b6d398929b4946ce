# SPDX-License-Identifier: Apache-2.0
# Copyright the Sallyport authors
"""The programs that are compared. Each carries the same resources from a near port, where the load runs, to the resource's port:

    load → near end ══ TLS or SSH over loopback ══ far end → resource

A new peer is one class here and one line in PROGRAMS.
"""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from machine import version_of
from processes import Failed, Processes, free_port


@dataclass(frozen=True)
class Resources:
    """Ports of the resources: `load resource` and a web server."""

    load: int
    web: int


class Program:
    """A program under test: `start` makes the ports, `near` says where a load connects."""

    name: str
    title: str

    def __init__(self) -> None:
        self.running: list[subprocess.Popen[bytes]] = []
        self.ports: dict[str, int] = {}
        self.seconds_to_start: float | None = None

    def start(self, processes: Processes, resources: Resources) -> None:
        raise NotImplementedError

    def version(self) -> str:
        raise NotImplementedError

    def near(self, what: str) -> int:
        """`load`, `web`, or `cloud`: the load resource the other way through the same tunnel; peers know one way."""
        return self.ports[what] if what in self.ports else self.ports["load"]

    def pids(self) -> set[int]:
        return {process.pid for process in self.running}

    def check_alive(self) -> None:
        for process in self.running:
            if process.poll() is not None:
                raise Failed(f"{self.title}: {' '.join(map(str, process.args))} ended with {process.returncode}")


class Direct(Program):
    """No program: what load tool, resource and loopback do at most."""

    name = "direct"
    title = "no tunnel"

    def start(self, processes: Processes, resources: Resources) -> None:
        self.ports = {"load": resources.load, "web": resources.web}

    def version(self) -> str:
        return "load tool and resource alone"


class Sallyport(Program):
    """Server and client from the distribution, joined by one tunnel, or several."""

    def __init__(self, distribution: Path, tunnels: int = 1) -> None:
        super().__init__()
        self._command = str(distribution / "bin/sallyport")
        self._tunnels = tunnels
        self.name = "sallyport" if tunnels == 1 else f"sallyport-{tunnels}"
        self.title = "Sallyport" if tunnels == 1 else f"Sallyport, {tunnels} tunnels"

    def version(self) -> str:
        return version_of([self._command, "version"], r"(\d[^\s,]*)")

    def start(self, processes: Processes, resources: Resources) -> None:
        own = processes.own_directory(self.name)
        begin = time.monotonic()
        server = self._role(processes, own, "server", "ready:", [
            *_setting("tunnel.address=127.0.0.1"),
            *_setting("tunnel.port=0"),
            *_setting(f"egress.allow=127.0.0.1:{resources.load}"),
        ])  # fmt: skip
        self.seconds_to_start = time.monotonic() - begin
        base = own / "server"
        gateway = self._run(processes, base, "gateway:create benchmark").split()[0]
        token = own / "token"
        self._run(processes, base, f"gateway:token {gateway} --file {token}")
        client = self._role(processes, own, "client", "attached:", [
            *("--token-file", str(token)),
            *("--tunnels", str(self._tunnels)),
            *("--allow", f"127.0.0.1:{resources.load}"),
            *("--allow", f"127.0.0.1:{resources.web}"),
        ])  # fmt: skip
        cloud_port = free_port()
        for what, resource, options in (
            ("load", resources.load, ""),
            ("web", resources.web, ""),
            ("cloud", resources.load, f" --cloud --client-port {cloud_port}"),
        ):
            made = self._run(processes, base, f"destination:create {gateway} {what} --resource 127.0.0.1:{resource}{options}")
            self.ports[what] = int(made.split()[1].rpartition(":")[2])
            process = client if what == "cloud" else server
            processes.await_port(process, self.ports[what], own / "server.log")

    def _role(self, processes: Processes, own: Path, role: str, word: str, options: list[str]) -> subprocess.Popen[bytes]:
        log, output = own / f"{role}.log", own / f"{role}.out"
        words = [self._command, role, "--base", str(own / role), *options]
        process = processes.start(words, log, output=output)
        self.running.append(process)
        processes.await_line(process, output, word, log)
        return process

    def _run(self, processes: Processes, base: Path, command: str) -> str:
        return processes.call([self._command, "run", "--base", str(base), command])


def _setting(text: str) -> tuple[str, str]:
    return "--set", f"org.sallyport.server:{text}"


class HaProxy(Program):
    """Two HAProxy processes with TLS 1.3 between them: each connection gets its own TLS connection."""

    name = "haproxy"
    title = "HAProxy TLS pair"

    def version(self) -> str:
        return version_of(["haproxy", "-v"], r"version (\S+)")

    def start(self, processes: Processes, resources: Resources) -> None:
        own = processes.own_directory(self.name)
        certificate = own / "both.pem"
        processes.call([
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-keyout", str(own / "key.pem"), "-out", str(own / "certificate.pem")),
        ])  # fmt: skip
        processes.write(certificate, (own / "certificate.pem").read_text() + (own / "key.pem").read_text())
        far, near = [], []
        for what, resource in (("load", resources.load), ("web", resources.web)):
            between, self.ports[what] = free_port(), free_port()
            far.append(
                f"listen {what}\n bind 127.0.0.1:{between} ssl crt {certificate} ssl-min-ver TLSv1.3 "
                f"ciphersuites TLS_AES_128_GCM_SHA256\n server resource 127.0.0.1:{resource}\n"
            )
            near.append(
                f"listen {what}\n bind 127.0.0.1:{self.ports[what]}\n server far 127.0.0.1:{between} "
                "ssl verify none force-tlsv13 ciphersuites TLS_AES_128_GCM_SHA256\n"
            )
        for end, sections in (("far", far), ("near", near)):
            text = (
                "global\n maxconn 9800\n"
                "defaults\n mode tcp\n option tcp-smart-accept\n timeout connect 5s\n timeout client 300s\n timeout server 300s\n"
            )
            configuration = processes.write(own / f"{end}.cfg", text + "".join(sections))
            self.running.append(processes.start(["haproxy", "-db", "-f", str(configuration)], own / f"{end}.log"))
        for what in ("load", "web"):
            processes.await_port(self.running[-1], self.ports[what], own / "near.log")


class OpenSsh(Program):
    """sshd at the near end, `ssh -R` at the far one: all connections share one SSH connection, as they share one tunnel."""

    name = "openssh"
    title = "OpenSSH -R gcm"

    def version(self) -> str:
        return version_of(["ssh", "-V"], r"OpenSSH_([^\s,]+)")

    def start(self, processes: Processes, resources: Resources) -> None:
        own = processes.own_directory(self.name)
        for key in ("host", "user"):
            processes.call(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(own / key)])
        port = free_port()
        processes.write(own / "authorized", (own / "user.pub").read_text())
        processes.write(own / "known", f"[127.0.0.1]:{port} {(own / 'host.pub').read_text()}")
        configuration = processes.write(
            own / "sshd.cfg",
            f"ListenAddress 127.0.0.1:{port}\nHostKey {own / 'host'}\nAuthorizedKeysFile {own / 'authorized'}\nPidFile none\n"
            "UsePAM no\nStrictModes no\nPasswordAuthentication no\nAllowTcpForwarding yes\nCiphers aes128-gcm@openssh.com\n",
        )
        # sshd wants its own path whole
        sshd = next(path for path in ("/usr/sbin/sshd", "/usr/local/sbin/sshd") if os.access(path, os.X_OK))
        self.running.append(processes.start([sshd, "-D", "-e", "-f", str(configuration)], own / "sshd.log"))
        processes.await_port(self.running[-1], port, own / "sshd.log")
        forwards = []
        for what, resource in (("load", resources.load), ("web", resources.web)):
            self.ports[what] = free_port()
            forwards += ["-R", f"127.0.0.1:{self.ports[what]}:127.0.0.1:{resource}"]
        self.running.append(processes.start([
            *("ssh", "-N", "-T", "-F", "none", "-c", "aes128-gcm@openssh.com", "-i", str(own / "user"), "-p", str(port)),
            *("-o", "IdentitiesOnly=yes", "-o", f"UserKnownHostsFile={own / 'known'}", "-o", "GlobalKnownHostsFile=none"),
            *("-o", "StrictHostKeyChecking=yes", "-o", "ExitOnForwardFailure=yes", "-o", "BatchMode=yes"),
            *(*forwards, f"{processes.user}@127.0.0.1"),
        ], own / "ssh.log"))  # fmt: skip
        for what in ("load", "web"):
            processes.await_port(self.running[-1], self.ports[what], own / "ssh.log")


# by name, in the order of the tables; the distribution is only built for those that need it
PROGRAMS = {
    "direct": lambda distribution: Direct(),
    "sallyport": lambda distribution: Sallyport(distribution()),
    "sallyport-2": lambda distribution: Sallyport(distribution(), tunnels=2),
    "haproxy": lambda distribution: HaProxy(),
    "openssh": lambda distribution: OpenSsh(),
}
USUAL_PROGRAMS = ("sallyport", "haproxy", "openssh")
