# SPDX-License-Identifier: Apache-2.0
# Copyright the Sallyport authors
"""The programs that are compared. Each carries the same resources from a near port, where the load runs, to the resource's port:

    load → near end ══ TLS or SSH over loopback ══ far end → resource

A new peer is one class here and one line in PROGRAMS.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from machine import version_of
from processes import Failed, Processes, free_port

PATH_MBIT = 1000  # the line rate of long paths


@dataclass(frozen=True)
class Resources:
    """Ports of the resources: `load resource` and a web server; and the load tool, which is also the relay of long paths."""

    load: int
    web: int
    tool: Path


@dataclass(frozen=True)
class Setup:
    """What lies between the two ends."""

    tunnels: int = 1
    round_trip_ms: int = 0  # of the path between the ends; 0: loopback itself
    http: bool = False  # also a way to the web server that reads HTTP
    datagrams: bool = False  # also a way for datagrams to the load's resource

    def text(self) -> str:
        if self.http:
            return "one tunnel, HTTP read"
        if self.datagrams:
            return "one tunnel, datagrams"
        return f"{self.round_trip_ms} ms round trip" if self.round_trip_ms else f"{self.tunnels} tunnels" if self.tunnels > 1 else "one tunnel"


class Program:
    """A program under test: `start` makes the ports, `near` says where a load connects, `end` leaves nothing behind."""

    name: str
    title: str

    def __init__(self, setup: Setup = Setup()) -> None:
        self.setup = setup
        self.ends: dict[str, subprocess.Popen[bytes]] = {}  # near end `server`, far end `client`
        self.ports: dict[str, int] = {}
        self.seconds_to_start: dict[str, float] = {}  # by end
        self.own: Path | None = None
        self._relays: list[subprocess.Popen[bytes]] = []

    def fits(self, setup: Setup) -> bool:
        """Whether this program can be set up like that."""
        return setup.tunnels == 1 and not setup.http and not setup.datagrams

    def start(self, processes: Processes, resources: Resources) -> None:
        self.own = processes.own_directory(self.name)
        self._start(processes, resources, self.own)

    def _start(self, processes: Processes, resources: Resources, own: Path) -> None:
        raise NotImplementedError

    def version(self) -> str:
        raise NotImplementedError

    def near(self, what: str, cloud: bool = False) -> int:
        """The port for `load` or `web`; `cloud`: the other way through the same tunnel. Peers know one way."""
        return self.ports[f"{what}-cloud" if cloud and f"{what}-cloud" in self.ports else what]

    def pids(self) -> set[int]:
        return {process.pid for process in self.ends.values()}

    def check_alive(self) -> None:
        for process in self.ends.values():
            if process.poll() is not None:
                raise Failed(f"{self.title}: {' '.join(map(str, process.args))} ended with {process.returncode}")

    def end(self, processes: Processes, logs: Path | None = None) -> None:
        """`logs`: where what it wrote is kept."""
        for process in [*reversed(self.ends.values()), *self._relays]:
            processes.end(process)
        if self.own and logs:
            for log in (found for pattern in ("*.log", "*.out") for found in self.own.rglob(pattern)):
                logs.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(log, logs / "-".join(log.relative_to(self.own).parts))
        if self.own:
            shutil.rmtree(self.own, ignore_errors=True)

    def _path_to(self, port: int, processes: Processes, resources: Resources, own: Path) -> int:
        """The port at which the end that dials finds the other end's port."""
        if self.setup.round_trip_ms == 0:
            return port
        number = len(self._relays) + 1
        log, output = own / f"relay-{number}.log", own / f"relay-{number}.out"
        words = [str(resources.tool), "relay", str(port), str(self.setup.round_trip_ms), str(PATH_MBIT)]
        self._relays.append(processes.start(words, log, output=output))
        return port_of(processes.await_line(self._relays[-1], output, "{", log))


def port_of(line: str) -> int:
    """Of the line that the load tool prints when it listens."""
    return int(line.split(":")[1].rstrip("}\n"))


class Direct(Program):
    """No program: what load tool, resource and loopback do at most."""

    name = "direct"
    title = "no tunnel"

    def _start(self, processes: Processes, resources: Resources, own: Path) -> None:
        self.ports = {what: self._path_to(port, processes, resources, own) for what, port in (("load", resources.load), ("web", resources.web))}

    def version(self) -> str:
        return "load tool and resource alone"


class Sallyport(Program):
    """Server and client from the distribution, joined by one tunnel, or several."""

    name = "sallyport"
    title = "Sallyport"

    def __init__(self, distribution: Path, setup: Setup = Setup(), *, java_options: str = "") -> None:
        super().__init__(setup)
        self._command = str(distribution / "bin/sallyport")
        self._java_options = java_options

    def fits(self, setup: Setup) -> bool:
        return True

    def version(self) -> str:
        return version_of([self._command, "version"], r"(\d[^\s,]*)")

    def _start(self, processes: Processes, resources: Resources, own: Path) -> None:
        ready = self._role(processes, own, "server", "ready:", [
            *_setting("tunnel.address=127.0.0.1"),
            *_setting("tunnel.port=0"),
            *_setting(f"egress.allow=127.0.0.1:{resources.load},127.0.0.1:{resources.web}"),
        ])  # fmt: skip
        tunnel = int(ready.rpartition(":")[2])
        base = own / "server"
        gateway = self._run(processes, base, "gateway:create benchmark").split()[0]
        token = own / "token"
        self._run(processes, base, f"gateway:token {gateway} --file {token}")
        self._role(processes, own, "client", "attached:", [
            *("--token-file", str(token)),
            *("--server", f"127.0.0.1:{self._path_to(tunnel, processes, resources, own)}"),
            *("--tunnels", str(self.setup.tunnels)),
            *("--allow", f"127.0.0.1:{resources.load}"),
            *("--allow", f"127.0.0.1:{resources.web}"),
        ])  # fmt: skip
        if self.setup.http:
            made = self._run(processes, base, f"destination:create {gateway} web-http --resource 127.0.0.1:{resources.web} --protocol http")
            self.ports["web-http"] = int(made.split()[1].rpartition(":")[2])
            processes.await_port(self.ends["server"], self.ports["web-http"], own / "server.log")
        if self.setup.datagrams:
            made = self._run(processes, base, f"destination:create {gateway} datagrams --resource 127.0.0.1:{resources.load} --protocol udp")
            self.ports["datagrams"] = int(made.split()[1].rpartition(":")[2])
        for what, resource in (("load", resources.load), ("web", resources.web)):
            for name, options in ((what, ""), (f"{what}-cloud", f" --cloud --client-port {free_port()}")):
                made = self._run(processes, base, f"destination:create {gateway} {name} --resource 127.0.0.1:{resource}{options}")
                self.ports[name] = int(made.split()[1].rpartition(":")[2])
                processes.await_port(self.ends["client" if options else "server"], self.ports[name], own / "server.log")

    def _role(self, processes: Processes, own: Path, role: str, word: str, options: list[str]) -> str:
        """Starts one end; the line that says that it is there."""
        log, output = own / f"{role}.log", own / f"{role}.out"
        begin = time.monotonic()
        words = [self._command, role, "--base", str(own / role), *options]
        given = os.environ.get("SALLYPORT_JAVA_OPTS", "")
        environment = {"SALLYPORT_JAVA_OPTS": f"{given} {self._java_options}".strip()}
        self.ends[role] = processes.start(words, log, output=output, environment=environment)
        line = processes.await_line(self.ends[role], output, word, log)
        self.seconds_to_start[role] = time.monotonic() - begin
        return line

    def _run(self, processes: Processes, base: Path, command: str) -> str:
        return processes.call([self._command, "run", "--base", str(base), command])


class SallyportOnIoUring(Sallyport):
    """The same on io_uring, where the kernel lets it be used."""

    name = "sallyport-io_uring"
    title = "Sallyport io_uring"

    def __init__(self, distribution: Path, setup: Setup = Setup()) -> None:
        super().__init__(distribution, setup, java_options="-Dsallyport.io=io_uring")


def _setting(text: str) -> tuple[str, str]:
    return "--set", f"org.sallyport.server:{text}"


def _certificate(processes: Processes, own: Path) -> Path:
    """A self-signed certificate with its key, in one file."""
    processes.call([
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
        *("-subj", "/CN=localhost", "-keyout", str(own / "key.pem"), "-out", str(own / "certificate.pem")),
    ])  # fmt: skip
    return processes.write(own / "both.pem", (own / "certificate.pem").read_text() + (own / "key.pem").read_text())


class HaProxy(Program):
    """Two HAProxy processes with TLS 1.3 between them: each connection gets its own TLS connection."""

    name = "haproxy"
    title = "HAProxy TLS pair"

    def version(self) -> str:
        return version_of(["haproxy", "-v"], r"version (\S+)")

    def _start(self, processes: Processes, resources: Resources, own: Path) -> None:
        certificate = _certificate(processes, own)
        far, near = [], []
        for what, resource in (("load", resources.load), ("web", resources.web)):
            between, self.ports[what] = free_port(), free_port()
            far.append(
                f"listen {what}\n bind 127.0.0.1:{between} ssl crt {certificate} ssl-min-ver TLSv1.3 "
                f"ciphersuites TLS_AES_128_GCM_SHA256\n server resource 127.0.0.1:{resource}\n"
            )
            near.append(
                f"listen {what}\n bind 127.0.0.1:{self.ports[what]}\n"
                f" server far 127.0.0.1:{self._path_to(between, processes, resources, own)} "
                "ssl verify none force-tlsv13 ciphersuites TLS_AES_128_GCM_SHA256\n"
            )
        for end, role, sections in (("far", "client", far), ("near", "server", near)):
            text = (
                "global\n maxconn 9800\n"
                "defaults\n mode tcp\n option tcp-smart-accept\n timeout connect 5s\n timeout client 300s\n timeout server 300s\n"
            )
            configuration = processes.write(own / f"{end}.cfg", text + "".join(sections))
            self.ends[role] = processes.start(["haproxy", "-db", "-f", str(configuration)], own / f"{end}.log")
        for what in ("load", "web"):
            processes.await_port(self.ends["server"], self.ports[what], own / "near.log")


class OpenSsh(Program):
    """sshd at the near end, `ssh -R` at the far one: all connections share one SSH connection, as they share one tunnel."""

    name = "openssh"
    title = "OpenSSH -R gcm"

    def version(self) -> str:
        return version_of(["ssh", "-V"], r"OpenSSH_([^\s,]+)")

    def _start(self, processes: Processes, resources: Resources, own: Path) -> None:
        for key in ("host", "user"):
            processes.call(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(own / key)])
        port = free_port()
        dialled = self._path_to(port, processes, resources, own)
        processes.write(own / "authorized", (own / "user.pub").read_text())
        processes.write(own / "known", f"[127.0.0.1]:{dialled} {(own / 'host.pub').read_text()}")
        configuration = processes.write(
            own / "sshd.cfg",
            f"ListenAddress 127.0.0.1:{port}\nHostKey {own / 'host'}\nAuthorizedKeysFile {own / 'authorized'}\nPidFile none\n"
            "UsePAM no\nStrictModes no\nPasswordAuthentication no\nAllowTcpForwarding yes\nCiphers aes128-gcm@openssh.com\n",
        )
        # sshd wants its own path whole
        sshd = next(path for path in ("/usr/sbin/sshd", "/usr/local/sbin/sshd") if os.access(path, os.X_OK))
        self.ends["server"] = processes.start([sshd, "-D", "-e", "-f", str(configuration)], own / "sshd.log")
        processes.await_port(self.ends["server"], port, own / "sshd.log")
        forwards = []
        for what, resource in (("load", resources.load), ("web", resources.web)):
            self.ports[what] = free_port()
            forwards += ["-R", f"127.0.0.1:{self.ports[what]}:127.0.0.1:{resource}"]
        self.ends["client"] = processes.start([
            *("ssh", "-N", "-T", "-F", "none", "-c", "aes128-gcm@openssh.com", "-i", str(own / "user"), "-p", str(dialled)),
            *("-o", "IdentitiesOnly=yes", "-o", f"UserKnownHostsFile={own / 'known'}", "-o", "GlobalKnownHostsFile=none"),
            *("-o", "StrictHostKeyChecking=yes", "-o", "ExitOnForwardFailure=yes", "-o", "BatchMode=yes"),
            *(*forwards, f"{processes.user}@127.0.0.1"),
        ], own / "ssh.log")  # fmt: skip
        for what in ("load", "web"):
            processes.await_port(self.ends["client"], self.ports[what], own / "ssh.log")


class Stunnel(Program):
    """Two stunnel processes with TLS 1.3 between them: a TLS connection and a thread for each connection."""

    name = "stunnel"
    title = "stunnel pair"

    def version(self) -> str:
        return version_of(["stunnel", "-version"], r"stunnel (\S+)")

    def _start(self, processes: Processes, resources: Resources, own: Path) -> None:
        certificate = _certificate(processes, own)
        far, near = f"cert = {certificate}\n", "client = yes\n"
        for what, resource in (("load", resources.load), ("web", resources.web)):
            between, self.ports[what] = free_port(), free_port()
            far += f"[{what}]\naccept = 127.0.0.1:{between}\nconnect = 127.0.0.1:{resource}\n"
            dialled = self._path_to(between, processes, resources, own)
            near += f"[{what}]\naccept = 127.0.0.1:{self.ports[what]}\nconnect = 127.0.0.1:{dialled}\nverifyChain = no\n"
        text = (
            "foreground = yes\npid =\nsyslog = no\ndebug = 3\nsslVersion = TLSv1.3\nciphersuites = TLS_AES_128_GCM_SHA256\n"
            "socket = a:SO_REUSEADDR=1\nsocket = l:TCP_NODELAY=1\nsocket = r:TCP_NODELAY=1\n"
        )
        for end, role, sections in (("far", "client", far), ("near", "server", near)):
            configuration = processes.write(own / f"{end}.cfg", text + sections)
            self.ends[role] = processes.start(["stunnel", str(configuration)], own / f"{end}.log")
        for what in ("load", "web"):
            processes.await_port(self.ends["server"], self.ports[what], own / "near.log")


# by name, in the order of the tables; the distribution is only built for those that need it
PROGRAMS: dict[str, Callable[[Callable[[], Path], Setup], Program]] = {
    "direct": lambda distribution, setup: Direct(setup),
    "sallyport": lambda distribution, setup: Sallyport(distribution(), setup),
    "sallyport-io_uring": lambda distribution, setup: SallyportOnIoUring(distribution(), setup),
    "haproxy": lambda distribution, setup: HaProxy(setup),
    "openssh": lambda distribution, setup: OpenSsh(setup),
    "stunnel": lambda distribution, setup: Stunnel(setup),
}
USUAL_PROGRAMS = ("sallyport", "haproxy", "openssh", "stunnel")
