# SPDX-License-Identifier: Apache-2.0
# Copyright the Sallyport authors
"""What the machine says: CPU time and memory of processes, and what the machine is."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class _Stat:
    parent: int
    ticks: int  # own, and of children waited for, so that the sum over a tree loses nothing when a process ends
    started: int  # with the PID, this names a process for ever

    @staticmethod
    def of(pid: str) -> _Stat | None:
        try:
            text = Path("/proc", pid, "stat").read_text(errors="replace")
        except OSError:
            return None
        fields = text[text.rindex(")") + 2 :].split()
        return None if fields[0] == "Z" else _Stat(int(fields[1]), sum(map(int, fields[11:15])), int(fields[19]))


def _processes() -> dict[int, _Stat]:
    found = ((int(name), _Stat.of(name)) for name in os.listdir("/proc") if name.isdigit())
    return {pid: stat for pid, stat in found if stat}


def _tree(processes: dict[int, _Stat], roots: set[int]) -> set[int]:
    members = {pid for pid in roots if pid in processes}
    while True:
        more = {pid for pid, stat in processes.items() if stat.parent in members} - members
        if not more:
            return members
        members |= more


def family(root: int) -> set[tuple[int, int]]:
    """A process and its descendants, each with the time it was started."""
    processes = _processes()
    return {(pid, processes[pid].started) for pid in _tree(processes, {root})}


def survivors(processes: set[tuple[int, int]]) -> set[int]:
    """Which of these still run."""
    now = ((pid, started, _Stat.of(str(pid))) for pid, started in processes)
    return {pid for pid, started, stat in now if stat and stat.started == started}


@dataclass(frozen=True)
class Usage:
    """CPU seconds: of the program under test, of this harness with everything it started, and of all others."""

    program: float
    ours: float
    foreign: float

    @staticmethod
    def now(program: set[int]) -> Usage:
        processes = _processes()
        stolen = int(Path("/proc/stat").read_text().split("\n", 1)[0].split()[8])
        every = sum(stat.ticks for stat in processes.values()) + stolen
        ours = sum(processes[pid].ticks for pid in _tree(processes, {os.getpid()}))
        under_test = sum(processes[pid].ticks for pid in _tree(processes, program))
        return Usage(under_test / TICK, ours / TICK, (every - ours) / TICK)


def foreign_share(earlier: Usage, now: Usage, elapsed: float) -> float:
    """The share of the machine that others used meanwhile."""
    return max(0.0, now.foreign - earlier.foreign) / (elapsed * CORES) if elapsed > 0 else 0.0


@dataclass(frozen=True)
class Resident:
    """Memory of processes in MB: the resident set size, and the proportional one, in which pages that processes share count once."""

    rss: float
    pss: float

    @staticmethod
    def of(program: set[int]) -> Resident:
        kilobytes = {"Rss:": 0, "Pss:": 0}
        for pid in _tree(_processes(), program):
            try:
                rollup = Path("/proc", str(pid), "smaps_rollup").read_text()
            except OSError:
                continue
            for line in rollup.splitlines():
                words = line.split()
                if words[0] in kilobytes:
                    kilobytes[words[0]] += int(words[1])
        return Resident(kilobytes["Rss:"] / 1024, kilobytes["Pss:"] / 1024)


def _first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return lines[0] if lines else "?"


def version_of(command: list[str], pattern: str) -> str:
    line = _first_line(command)
    match = re.search(pattern, line)
    return match.group(1) if match else line


def description() -> dict[str, str]:
    cpu = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
    memory = re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.M)
    system = re.search(r'^PRETTY_NAME="?([^"\n]+)', Path("/etc/os-release").read_text(), re.M)
    java = os.path.join(os.environ["JAVA_HOME"], "bin/java") if os.environ.get("JAVA_HOME") else "java"
    return {
        "Machine": f"{CORES} cores, {cpu.group(1).strip() if cpu else platform.machine()}, "
        f"{round(int(memory.group(1)) / 1024 / 1024) if memory else '?'} GB",
        "System": f"{system.group(1) if system else '?'}, Linux {platform.release()}",
        "JDK": version_of([java, "-version"], r'version "([^"]+)"'),
    }
