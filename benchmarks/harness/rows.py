# SPDX-License-Identifier: Apache-2.0
# Copyright the Sallyport authors
"""What is measured. A row is one load; it yields figures, some of which have a bar that Sallyport is to pass.

A new row is one class or one line in ROWS: `measure` runs the load against a program's near port, every load bounded by `seconds`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from machine import resident_mb
from processes import Failed, Processes
from programs import Program


@dataclass(frozen=True)
class Bar:
    """Sallyport's median against a peer's, met within 5 %, or against a fixed figure."""

    factor: float
    peer: str | None = None

    def text(self, more: bool) -> str:
        return f"{'≥' if more else '≤'} {self.factor:g}" + (f" × {self.peer}" if self.peer else "")

    def met(self, value: float, peer: float | None, more: bool) -> bool | None:
        if self.peer and not peer:
            return None
        limit = self.factor if peer is None else self.factor * peer * (0.95 if more else 1.05)
        return value >= limit if more else value <= limit


@dataclass(frozen=True)
class Figure:
    title: str
    unit: str
    more_is_better: bool
    digits: int = 0
    bar: Bar | None = None


@dataclass(frozen=True)
class Load:
    """How rows run their loads."""

    processes: Processes
    tool: Path

    def run(self, *words: object, seconds: float) -> dict[str, float]:
        return json.loads(self.processes.call([str(self.tool), *map(str, words)], seconds + 30))


class Row:
    """`figures` by key; CPU time a unit of work is added for rows that set `work` and report `units`."""

    name: str
    figures: dict[str, Figure]
    work: float | None = None  # `cpu` = CPU seconds / units × work
    once = False  # only in the first round, and never repeated: memory, which programs keep

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        raise NotImplementedError


class Bulk(Row):
    work = 1e9  # seconds a GB

    def __init__(self, streams: int, way: str, *, what: str = "load", bar: Bar | None = None, cpu: Bar | None = None) -> None:
        self.name = f"bulk-{streams}-{way}" + ("" if what == "load" else f"-{what}")
        self._streams, self._way, self._what = streams, way, what
        title = f"bulk, {streams} stream{'s' if streams > 1 else ''} {way}" + (", cloud destination" if what == "cloud" else "")
        self.figures = {
            "mb_per_s": Figure(title, "MB/s", True, 0, bar),
            "cpu": Figure("· tunnel's CPU", "s/GB", False, 2, cpu),
        }
        if streams > 1:
            self.figures["jain"] = Figure("· fairness (Jain)", "", True, 3, Bar(0.98))

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        found = load.run("bulk", program.near(self._what), self._way, self._streams, seconds, seconds=seconds)
        if found["dead"]:
            raise Failed(f"{program.title}: {self.name}: {found['dead']} of {self._streams} streams ended early")
        return found | {"units": found["total_bytes"]}


class Requests(Row):
    """HTTP keep-alive requests for a small file, carried as plain bytes."""

    work = 1e6  # microseconds a request

    def __init__(self, connections: int, *, bar: Bar | None = None, p99: Bar | None = None) -> None:
        self.name = f"http-{connections}"
        self._connections = connections
        self.figures = {
            "per_s": Figure(f"HTTP keep-alive as tcp, {connections} connection{'s' if connections > 1 else ''}", "requests/s", True, 0, bar),
            "p99_ms": Figure("· p99", "ms", False, 2, p99),
            "cpu": Figure("· tunnel's CPU", "µs/request", False, 1),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        url = f"http://127.0.0.1:{program.near('web')}/"
        text = load.processes.call(["wrk", "-t1", f"-c{self._connections}", f"-d{max(1, round(seconds))}s", "--latency", url], seconds + 30)
        if "Socket errors" in text or "Non-2xx" in text:
            raise Failed(f"{program.title}: {self.name}: expected no errors: {text}")
        rate = re.search(r"Requests/sec:\s*([\d.]+)", text)
        total = re.search(r"(\d+) requests in", text)
        p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", text)
        if not (rate and total and p99):
            raise Failed(f"{program.title}: {self.name}: not understood: {text}")
        scale = {"us": 1e-3, "ms": 1.0, "s": 1e3}[p99.group(2)]
        return {"per_s": float(rate.group(1)), "p99_ms": float(p99.group(1)) * scale, "units": float(total.group(1))}


class Connects(Row):
    """New connections: each carries one byte there and back, then ends."""

    work = 1e6

    def __init__(self, parallel: int, *, bar: Bar | None = None) -> None:
        self.name = f"connects-{parallel}"
        self._parallel = parallel
        self.figures = {
            "per_s": Figure(f"new connections, {parallel} at once", "1/s", True, 0, bar),
            "p99_us": Figure("· p99", "µs", False),
            "cpu": Figure("· tunnel's CPU", "µs/connection", False),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        found = load.run("connects", program.near("load"), self._parallel, seconds, seconds=seconds)
        if found["failed"]:
            raise Failed(f"{program.title}: {self.name}: {found['failed']} of {found['done']} connections failed")
        return found | {"units": found["done"]}


class Echo(Row):
    work = 1e6

    def __init__(self, size: int, *, bar: Bar | None = None) -> None:
        self.name = "echo" if size == 64 else f"echo-{size}"
        self._size = size
        self.figures = {
            "p50_us": Figure(f"echo {size} B, p50", "µs", False, 0, bar),
            "p99_us": Figure("· p99", "µs", False, 0, bar),
            "cpu": Figure("· tunnel's CPU", "µs/round trip", False, 1),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        found = load.run("ping", program.near("load"), self._size, seconds, seconds=seconds)
        return found | {"units": found["round_trips"]}


PATIENCE = 240  # seconds to open, or to probe, thousands of connections: programs that poll them one by one are slow


class Idle(Row):
    """Memory that idle connections cost both ends together. What earlier loads left free is used again and not seen, so for a true
    figure this row runs alone and without warm-up."""

    once = True

    def __init__(self, count: int, *, bar: Bar | None = None) -> None:
        self.name = f"idle-{count}"
        self._count = count
        self.figures = {"kb": Figure(f"{count} idle connections", "kB each", False, 1, bar)}

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        before = resident_mb(program.pids())
        out = load.processes.directory / "idle.out"
        log = load.processes.directory / "idle.log"
        reader, writer = os.pipe()
        try:
            words = [str(load.tool), "idle", str(program.near("load")), str(self._count), str(PATIENCE + seconds)]
            out.unlink(missing_ok=True)
            process = load.processes.start(words, log, output=out, stdin=reader)
            load.processes.await_line(process, out, '{"open"', log, PATIENCE)
            after = resident_mb(program.pids())
        finally:
            os.close(reader)
            os.close(writer)
        if json.loads(load.processes.await_line(process, out, '{"dead"', log, PATIENCE))["dead"]:
            raise Failed(f"{program.title}: {self.name}: idle connections died")
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            pass
        load.processes.end(process)
        return {"kb": (after - before) * 1024 / self._count}


ROWS: dict[str, Row] = {
    row.name: row
    for row in (
        Bulk(1, "down", bar=Bar(0.75, "haproxy"), cpu=Bar(1.15, "haproxy")),
        Bulk(1, "up", bar=Bar(0.75, "haproxy")),
        Bulk(8, "down", bar=Bar(1.0, "haproxy"), cpu=Bar(1.15, "haproxy")),
        Bulk(64, "down"),
        Bulk(64, "up", bar=Bar(1.2, "haproxy"), cpu=Bar(1.15, "haproxy")),
        Bulk(1, "down", what="cloud"),
        Bulk(1, "up", what="cloud"),
        Requests(64, bar=Bar(1.2, "haproxy")),
        Requests(256, bar=Bar(1.2, "haproxy")),
        Requests(1, p99=Bar(1.0)),
        Connects(32, bar=Bar(4.8, "haproxy")),
        Echo(64, bar=Bar(1.1, "haproxy")),
        Idle(9500, bar=Bar(15)),
    )
}
USUAL_ROWS = ("bulk-1-down", "bulk-1-up", "bulk-64-down", "bulk-64-up", "http-64", "connects-32", "echo")
