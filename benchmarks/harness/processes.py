# SPDX-License-Identifier: Apache-2.0
# Copyright the Sallyport authors
"""Starting and ending processes. Only what was started here is ended, by its PID; nothing outlives the harness."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import machine


class Failed(Exception):
    """What was given, what was expected, what to do; shown to the user as it is."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# whom programs run as when root starts the harness; not `nobody`, whose account systemd declares locked, which sshd heeds
UNPRIVILEGED = "daemon"


class Processes:
    """A temporary directory and everything that runs in it, unprivileged."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="sallyport-benchmark-"))
        self.directory.chmod(0o711)
        self._unprivileged = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None
        self._started: list[subprocess.Popen[bytes]] = []
        self._orphans: set[tuple[int, int]] = set()
        self._directories = 0

    @property
    def user(self) -> str:
        return self._unprivileged.pw_name if self._unprivileged else pwd.getpwuid(os.geteuid()).pw_name

    def own_directory(self, name: str) -> Path:
        """A new directory that belongs to the user whom programs run as."""
        self._directories += 1
        path = self.directory / f"{name}-{self._directories}"
        path.mkdir(mode=0o700)
        self.give(path)
        return path

    def give(self, path: Path) -> None:
        if self._unprivileged:
            os.chown(path, self._unprivileged.pw_uid, self._unprivileged.pw_gid)

    def write(self, path: Path, text: str, mode: int = 0o600) -> Path:
        path.write_text(text)
        path.chmod(mode)
        self.give(path)
        return path

    def _command(self, words: list[str]) -> list[str]:
        # the death signal ends a program even if the harness is killed
        prefix = ["setpriv", "--pdeathsig", "TERM"]
        if self._unprivileged:
            ids = f"{self._unprivileged.pw_uid}", f"{self._unprivileged.pw_gid}"
            prefix += ["--reuid", ids[0], "--regid", ids[1], "--clear-groups"]
        return [*prefix, "--", *words]

    def words_of(self, process: subprocess.Popen[bytes]) -> str:
        """The command as it was given, for messages: without what lets it run, and short."""
        words = " ".join(map(str, process.args[process.args.index("--") + 1 :])).replace(f"{self.directory}/", "")
        return words if len(words) <= 120 else f"{words[:120]}…"

    def start(
        self, words: list[str], log: Path, *, output: Path | None = None, stdin=subprocess.DEVNULL, environment: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Starts a program in a session of its own, so that Ctrl-C reaches only the harness. stderr goes to `log`, stdout there or
        to `output`."""
        with open(log, "ab") as errors, open(output or log, "ab") as lines:
            process = subprocess.Popen(
                self._command(words),
                stdin=stdin,
                stdout=lines,
                stderr=errors,
                cwd=self.directory,
                start_new_session=True,
                env=os.environ | (environment or {}),
            )
        self._started.append(process)
        return process

    def call(self, words: list[str], seconds: float = 30) -> str:
        """Runs a command to its end and returns what it printed."""
        return self.finish(self.begin(words), seconds)

    def begin(self, words: list[str]) -> subprocess.Popen[bytes]:
        """Begins a command that `finish` waits for."""
        process = subprocess.Popen(
            self._command(words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.directory,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def finish(self, process: subprocess.Popen[bytes], seconds: float) -> str:
        words = self.words_of(process)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.end(process)
            raise Failed(f"{words}: expected an end within {seconds:g} s") from None
        self._started.remove(process)
        if process.returncode != 0:
            raise Failed(f"{words}: ended with {process.returncode}: {(err + out).decode(errors='replace').strip()}")
        return out.decode()

    def await_line(self, process: subprocess.Popen[bytes], output: Path, word: str, log: Path, seconds: float = 60) -> str:
        """The first line of `output` that starts with `word`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in output.read_text().splitlines() if output.exists() else []:
                if line.startswith(word):
                    return line
            if process.poll() is not None:
                break
            time.sleep(0.02)
        state = "still runs" if process.poll() is None else f"ended with {process.returncode}"
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else ""
        raise Failed(f"{self.words_of(process)}: {state}: expected a line '{word}…' within {seconds:g} s\n{tail}")

    def await_port(self, process: subprocess.Popen[bytes], port: int, log: Path, seconds: float = 15) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else ""
        raise Failed(f"{self.words_of(process)}: expected a listener on port {port} within {seconds:g} s\n{tail}")

    def end(self, process: subprocess.Popen[bytes], seconds: float = 10) -> None:
        family = machine.family(process.pid)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process in self._started:
            self._started.remove(process)
        self._orphans |= family

    def _end_orphans(self, seconds: float = 5) -> None:
        """What programs forked ends with them, or a little later, or here."""
        self._await_end_of_orphans(seconds)
        for pid in machine.survivors(self._orphans):
            os.kill(pid, signal.SIGKILL)
        self._await_end_of_orphans(seconds)

    def _await_end_of_orphans(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while machine.survivors(self._orphans) and time.monotonic() < deadline:
            time.sleep(0.05)

    def end_all(self) -> None:
        for process in reversed(list(self._started)):
            self.end(process)
        self._end_orphans()
        shutil.rmtree(self.directory, ignore_errors=True)
