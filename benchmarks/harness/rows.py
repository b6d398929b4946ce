# SPDX-License-Identifier: Apache-2.0
# Copyright the Sallyport authors
"""What is measured. A row is one load; it yields figures, some of which have a bar that Sallyport is to pass and a goal beyond it.

A new row is one class or one line in ROWS: `measure` runs the load against a program's near port, every load bounded by `seconds`.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from machine import Resident
from processes import Failed, Processes
from programs import Program, Setup

PEERS = {"haproxy": "HAProxy", "openssh": "OpenSSH"}


@dataclass(frozen=True)
class Bar:
    """Sallyport's median against a peer's, met within 5 %, or against a fixed figure, met or not."""

    factor: float
    peer: str | None = None

    def text(self, more: bool) -> str:
        return f"{'≥' if more else '≤'} {self.factor:g}" + (f" × {PEERS[self.peer]}" if self.peer else "")

    def met(self, value: float, peer: float | None, more: bool) -> bool | None:
        if self.peer and not peer:
            return None
        limit = self.factor if peer is None else self.factor * peer * (0.95 if more else 1.05)
        return value >= limit if more else value <= limit


Bars = tuple[Bar, ...]  # all of them are to be met


def haproxy(factor: float) -> Bars:
    return (Bar(factor, "haproxy"),)


def openssh(factor: float) -> Bars:
    return (Bar(factor, "openssh"),)


def fixed(figure: float) -> Bars:
    return (Bar(figure),)


@dataclass(frozen=True)
class Figure:
    title: str
    unit: str
    more_is_better: bool
    digits: int = 0
    bar: Bars = ()
    goal: Bars = ()


@dataclass(frozen=True)
class Load:
    """How rows run their loads."""

    processes: Processes
    tool: Path
    quick: bool = False  # only whether it works

    def run(self, *words: object, seconds: float) -> dict[str, float]:
        return self.finish(self.begin(*words), seconds=seconds)

    def begin(self, *words: object) -> subprocess.Popen[bytes]:
        return self.processes.begin([str(self.tool), *map(str, words)])

    def finish(self, process: subprocess.Popen[bytes], *, seconds: float) -> dict[str, float]:
        return json.loads(self.processes.finish(process, seconds + 30))

    @contextmanager
    def held(self, *words: object, ready: str, done: str, seconds: float, program: Program) -> Iterator[dict[str, float]]:
        """Runs a load that says when it is `ready`, holds it through the block, and fills in what it says when `done`."""
        out = program.own / f"{words[0]}.out"
        log = program.own / f"{words[0]}.log"
        out.unlink(missing_ok=True)
        process = self.processes.start([str(self.tool), *map(str, words)], log, output=out, stdin=subprocess.PIPE)
        found: dict[str, float] = {}
        try:
            self.processes.await_line(process, out, f'{{"{ready}"', log, seconds)
            yield found
            process.stdin.close()
            found |= json.loads(self.processes.await_line(process, out, f'{{"{done}"', log, seconds))
            process.wait(30)
        except subprocess.TimeoutExpired:
            raise Failed(f"{program.title}: load {words[0]}: expected an end within 30 s") from None
        finally:
            process.stdin.close()
            self.processes.end(process)


class Row:
    """`figures` by key; CPU time a unit of work is added for rows that set `work` and report `units`."""

    name: str
    figures: dict[str, Figure]
    work: float | None = None  # `cpu` = CPU seconds / units × work
    setup = Setup()  # what programs are started with
    fresh = False  # programs are started anew for each measurement and ended after it: memory, which programs keep
    once = False  # in the first round only, and never repeated

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        raise NotImplementedError


def _cloud(cloud: bool) -> tuple[str, str]:
    """Ends of names and of titles."""
    return ("-cloud", ", cloud destination") if cloud else ("", "")


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}"


def _bulk(load: Load, row: Row, program: Program, way: str, streams: int, seconds: float, *, ramp: float = 0.4, cloud: bool = False) -> dict[str, float]:
    found = load.run("bulk", program.near("load", cloud), way, streams, seconds, ramp, seconds=seconds + ramp)
    return _complete(row, program, streams, found)


def _complete(row: Row, program: Program, streams: int, found: dict[str, float]) -> dict[str, float]:
    if found["dead"]:
        raise Failed(f"{program.title}: {row.name}: {found['dead']} of {_many(streams, 'stream')} ended early")
    if not found["mb_per_s"]:
        raise Failed(f"{program.title}: {row.name}: nothing arrived any more on {_many(streams, 'stream')}")
    return found


class Bulk(Row):
    work = 1e9  # seconds a GB

    def __init__(
        self, streams: int, way: str, *, cloud: bool = False, tunnels: int = 1, bar: Bars = (), goal: Bars = (), cpu: Bars = (), cpu_goal: Bars = ()
    ) -> None:
        name_end, title_end = _cloud(cloud)
        self.setup = Setup(tunnels=tunnels)
        self.name = f"bulk-{streams}-{way}{name_end}" + (f"-{tunnels}-tunnels" if tunnels > 1 else "")
        self._streams, self._way, self._cloud = streams, way, cloud
        title = f"bulk, {_many(streams, 'stream')} {way}{title_end}" + (f", {tunnels} tunnels" if tunnels > 1 else "")
        self.figures = {
            "mb_per_s": Figure(title, "MB/s", True, 0, bar, goal),
            "cpu": Figure("· tunnel's CPU", "s/GB", False, 2, cpu, cpu_goal),
        }
        if streams > 1:
            judged = streams == 64
            self.figures["jain"] = Figure("· fairness (Jain)", "", True, 3, fixed(0.98) if judged else (), fixed(0.99) if judged else ())

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        found = _bulk(load, self, program, self._way, self._streams, seconds, cloud=self._cloud)
        return found | {"units": found["total_bytes"]}


class LongPath(Row):
    """One stream when the two ends are far from each other, on a line of 1 Gbit/s. The ramp lets windows grow."""

    def __init__(self, round_trip_ms: int, way: str, *, bar: Bars = (), goal: Bars = ()) -> None:
        self.setup = Setup(round_trip_ms=round_trip_ms)
        self.name = f"path-{round_trip_ms}-{way}"
        self._way = way
        self.figures = {"mb_per_s": Figure(f"one stream {way}, {round_trip_ms} ms round trip at 1 Gbit/s", "MB/s", True, 0, bar, goal)}

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        return _bulk(load, self, program, self._way, 1, seconds, ramp=1 if load.quick else 3)


def _requests(load: Load, row: Row, program: Program, port: int, connections: int, seconds: float) -> dict[str, float]:
    url = f"http://127.0.0.1:{port}/"
    text = load.processes.call(["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", url], seconds + 30)
    if "Socket errors" in text or "Non-2xx" in text:
        raise Failed(f"{program.title}: {row.name}: expected no errors: {' '.join(text.split())}")
    rate = re.search(r"Requests/sec:\s*([\d.]+)", text)
    total = re.search(r"(\d+) requests in", text)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", text)
    if not (rate and total and p99 and int(total.group(1))):
        raise Failed(f"{program.title}: {row.name}: not understood: {' '.join(text.split())}")
    scale = {"us": 1e-3, "ms": 1.0, "s": 1e3}[p99.group(2)]
    return {"per_s": float(rate.group(1)), "p99_ms": float(p99.group(1)) * scale, "units": float(total.group(1))}


class Requests(Row):
    """HTTP keep-alive requests for a small file, carried as plain bytes."""

    work = 1e6  # microseconds a request

    def __init__(
        self, connections: int, *, cloud: bool = False, bar: Bars = (), goal: Bars = (), p99: Bars = (), p99_goal: Bars = ()
    ) -> None:
        name_end, title_end = _cloud(cloud)
        self.name = f"http-{connections}{name_end}"
        self._connections, self._cloud = connections, cloud
        self.figures = {
            "per_s": Figure(f"HTTP keep-alive as tcp, {_many(connections, 'connection')}{title_end}", "requests/s", True, 0, bar, goal),
            "p99_ms": Figure("· p99", "ms", False, 2, p99, p99_goal),
            "cpu": Figure("· tunnel's CPU", "µs/request", False, 1),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        return _requests(load, self, program, program.near("web", self._cloud), self._connections, seconds)


class ParsedRequests(Row):
    """The same through a destination of protocol http, which reads and rewrites each request, beside one of tcp on the same pair."""

    setup = Setup(http=True)

    def __init__(self, connections: int, *, share: Bars = (), share_goal: Bars = ()) -> None:
        self.name = f"http-{connections}-parsed"
        self._connections = connections
        self.figures = {
            "per_s": Figure(f"HTTP keep-alive as http, {_many(connections, 'connection')}", "requests/s", True),
            "share": Figure("· of what tcp carries", "", True, 2, share, share_goal),
            "p99_ms": Figure("· p99", "ms", False, 2),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        plain = _requests(load, self, program, program.near("web"), self._connections, seconds)
        parsed = _requests(load, self, program, program.near("web-http"), self._connections, seconds)
        return {"per_s": parsed["per_s"], "share": parsed["per_s"] / plain["per_s"], "p99_ms": parsed["p99_ms"]}


class Datagrams(Row):
    """Datagrams of 64 bytes at a steady rate, over eight flows, there and back: how many are lost."""

    setup = Setup(datagrams=True)
    work = 1e6

    def __init__(self, rate: int, *, bar: Bars = (), goal: Bars = ()) -> None:
        self.name = f"udp-{rate // 1000}k"
        self._rate = rate
        self.figures = {
            "loss_percent": Figure(f"UDP echo, {rate // 1000} k datagrams a second, lost", "%", False, 2, bar, goal),
            "cpu": Figure("· tunnel's CPU", "µs/datagram and its echo", False, 1),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        found = load.run("datagrams", program.near("datagrams"), self._rate, 64, seconds, seconds=seconds + 1)
        if not found["received"]:
            raise Failed(f"{program.title}: {self.name}: of {found['sent']} datagrams none came back")
        return found | {"units": found["received"]}


class Connects(Row):
    """New connections: each carries one byte there and back, then ends."""

    work = 1e6

    def __init__(self, parallel: int, *, cloud: bool = False, bar: Bars = (), goal: Bars = ()) -> None:
        name_end, title_end = _cloud(cloud)
        self.name = f"connects-{parallel}{name_end}"
        self._parallel, self._cloud = parallel, cloud
        self.figures = {
            "per_s": Figure(f"new connections, {parallel} at once{title_end}", "1/s", True, 0, bar, goal),
            "p99_us": Figure("· p99", "µs", False),
            "cpu": Figure("· tunnel's CPU", "µs/connection", False),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        found = load.run("connects", program.near("load", self._cloud), self._parallel, seconds, seconds=seconds)
        if found["failed"] or not found["done"]:
            raise Failed(f"{program.title}: {self.name}: {found['failed']} connections failed, {found['done']} did not")
        return found | {"units": found["done"]}


class Echo(Row):
    work = 1e6

    def __init__(self, size: int, *, cloud: bool = False, bar: Bars = (), goal: Bars = ()) -> None:
        name_end, title_end = _cloud(cloud)
        self.name = ("echo" if size == 64 else f"echo-{size}") + name_end
        self._size, self._cloud = size, cloud
        self.figures = {
            "p50_us": Figure(f"echo {size} B{title_end}, p50", "µs", False, 0, bar, goal),
            "p99_us": Figure("· p99", "µs", False, 0, bar, goal),
            "cpu": Figure("· tunnel's CPU", "µs/round trip", False, 1),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        found = load.run("ping", program.near("load", self._cloud), self._size, seconds, seconds=seconds)
        return found | {"units": found["round_trips"]}


class EchoBeside(Row):
    """Round trips of one connection while another is saturated, on the same tunnel or, where connections take tunnels in turn, on
    another one; and what the saturated stream keeps of what it carries alone."""

    LEAD_SECONDS = 0.5  # the stream is there first, and longer

    def __init__(self, *, tunnels: int = 1, bar: Bars = (), goal: Bars = ()) -> None:
        self.setup = Setup(tunnels=tunnels)
        self.name = "beside" if tunnels == 1 else "beside-other-tunnel"
        where = "" if tunnels == 1 else " of another tunnel"
        self.figures = {
            "p99_ms": Figure(f"echo 64 B beside one saturating stream{where}, p99", "ms", False, 2, bar, goal),
            "p50_ms": Figure("· p50", "ms", False, 2),
            "kept": Figure("· the stream's rate ÷ alone", "", True, 2, (), fixed(0.9)),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        alone = _bulk(load, self, program, "down", 1, seconds)
        lasting = seconds + 2 * self.LEAD_SECONDS
        stream = load.begin("bulk", program.near("load"), "down", 1, lasting, 0.4)
        try:
            time.sleep(self.LEAD_SECONDS)
            echo = load.run("ping", program.near("load"), 64, seconds, seconds=seconds)
        finally:
            beside = load.finish(stream, seconds=lasting)
        kept = _complete(self, program, 1, beside)["mb_per_s"] / alone["mb_per_s"]
        return {"p99_ms": echo["p99_us"] / 1e3, "p50_ms": echo["p50_us"] / 1e3, "kept": kept}


PATIENCE = 240  # seconds to open, or to probe, thousands of connections: programs that poll them one by one are slow


class Idle(Row):
    """Memory that idle connections cost both ends together."""

    fresh = True
    once = True

    def __init__(self, count: int, *, bar: Bars = (), goal: Bars = ()) -> None:
        self.name = f"idle-{count}"
        self._count = count
        self.figures = {
            "kb": Figure(f"{count} idle connections, both ends", "kB each", False, 1, bar, goal),
            "server_kb": Figure("· near end (server)", "kB each", False, 1),
            "client_kb": Figure("· far end (client)", "kB each", False, 1),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        count = self._count // 10 if load.quick else self._count
        before = {role: Resident.of({process.pid}).pss for role, process in program.ends.items()}
        words = ("idle", program.near("load"), count, PATIENCE + seconds)
        with load.held(*words, ready="open", done="dead", seconds=PATIENCE, program=program) as found:
            after = {role: Resident.of({process.pid}).pss for role, process in program.ends.items()}
        if found["dead"]:
            raise Failed(f"{program.title}: {self.name}: {found['dead']} of {count} idle connections died")
        each = {role: (after[role] - before[role]) * 1024 / count for role in after}
        return {"kb": sum(each.values()), "server_kb": each.get("server", 0), "client_kb": each.get("client", 0)}


class Stalled(Row):
    """What readers that stall take from others: of throughput, and of memory. First without them, until memory does not grow by
    itself; then they fill what there is to fill, and memory is compared; then others run again beside them. At the end they are read
    again and must go on."""

    fresh = True

    def __init__(self, count: int, way: str, *, bar: Bars = (), goal: Bars = (), memory: Bars = (), memory_goal: Bars = ()) -> None:
        self.name = f"stalled-{count}" + ("-up" if way == "up" else "")
        self._count, self._way = count, way
        who = _many(count, "stalled resource") if way == "up" else _many(count, "stalled reader")
        self.figures = {
            "others": Figure(f"{who}: another stream's rate ÷ alone", "", True, 2, bar, goal),
            "grown_mb": Figure("· memory, both ends, more than before", "MB", False, 1, memory, memory_goal),
            "after_mb": Figure("· the same after the other stream", "MB", False, 1),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        _bulk(load, self, program, self._way, 8, 2 * seconds)
        alone = _bulk(load, self, program, self._way, 1, seconds)["mb_per_s"]
        time.sleep(0.5)
        before = Resident.of(program.pids()).pss
        words = ("stall", program.near("load"), self._way, self._count, 2 * seconds + 60)
        with load.held(*words, ready="stalled", done="dead", seconds=60, program=program) as found:
            grown = Resident.of(program.pids()).pss - before
            beside = _bulk(load, self, program, self._way, 1, seconds)["mb_per_s"]
            after = Resident.of(program.pids()).pss - before
        if found["dead"] or found["stuck"]:
            raise Failed(f"{program.title}: {self.name}: of {self._count} stalled connections {found['dead']} died, {found['stuck']} did not go on when read")
        return {"others": beside / alone, "grown_mb": grown, "after_mb": after}


class Start(Row):
    """From the start of each end in a new base directory until it is of use, and the memory of each when nothing is carried."""

    fresh = True

    def __init__(self) -> None:
        self.name = "start"
        self.figures = {
            "server_s": Figure("start to ready, server", "s", False, 2, fixed(4), fixed(3)),
            "client_s": Figure("start to attached, client", "s", False, 2, fixed(3), fixed(2)),
            "server_rss": Figure("resident idle, near end (server)", "MB", False, 0, fixed(250), fixed(210)),
            "server_pss": Figure("· proportional", "MB", False, 0),
            "client_rss": Figure("resident idle, far end (client)", "MB", False, 0, fixed(200), fixed(130)),
            "client_pss": Figure("· proportional", "MB", False, 0),
        }

    def measure(self, load: Load, program: Program, seconds: float) -> dict[str, float]:
        time.sleep(seconds)
        found = {f"{role}_s": taken for role, taken in program.seconds_to_start.items()}
        for role, process in program.ends.items():
            memory = Resident.of({process.pid})
            found |= {f"{role}_rss": memory.rss, f"{role}_pss": memory.pss}
        return found


# CPU goals are 1.35, 1.2 and 1.2 s/GB where HAProxy takes 1.5, 1.8 and 2.4: on other machines the same shares of HAProxy's
ROWS: dict[str, Row] = {
    row.name: row
    for row in (
        *(
            row
            for cloud in (False, True)
            for row in (
                Bulk(1, "down", cloud=cloud, bar=haproxy(0.75), goal=haproxy(1) + openssh(1), cpu=haproxy(1.15), cpu_goal=haproxy(0.9)),
                Bulk(1, "up", cloud=cloud, bar=haproxy(0.75), goal=haproxy(1) + openssh(1)),
                Bulk(8, "down", cloud=cloud, bar=haproxy(1), goal=openssh(1), cpu=haproxy(1.15), cpu_goal=haproxy(0.67)),
                Bulk(64, "up", cloud=cloud, bar=haproxy(1.2), goal=openssh(1.1), cpu=haproxy(1.15), cpu_goal=haproxy(0.5)),
                Requests(64, cloud=cloud, bar=haproxy(1.2), goal=haproxy(1.6)),
                Connects(32, cloud=cloud, bar=haproxy(4.8), goal=haproxy(6)),
                Echo(64, cloud=cloud, bar=haproxy(1.1), goal=haproxy(0.95)),
            )
        ),
        Bulk(64, "down"),
        Requests(256, bar=haproxy(1.2), goal=haproxy(1.7)),
        Requests(1, p99=fixed(1), p99_goal=haproxy(1)),
        ParsedRequests(64, share=fixed(0.8)),
        Datagrams(30_000, bar=fixed(3), goal=fixed(1)),
        Datagrams(60_000, bar=fixed(25), goal=fixed(10)),
        EchoBeside(bar=openssh(1), goal=fixed(1)),
        EchoBeside(tunnels=2, goal=fixed(0.3)),
        Bulk(8, "down", tunnels=2),
        Bulk(64, "up", tunnels=2),
        *(LongPath(100, way, bar=fixed(100)) for way in ("down", "up")),
        *(LongPath(200, way, goal=fixed(100)) for way in ("down", "up")),
        Start(),
        Idle(9500, bar=fixed(15), goal=fixed(9)),
        Stalled(1, "down", bar=fixed(0.9), memory=fixed(32)),
        Stalled(100, "down", goal=fixed(0.9), memory_goal=fixed(20)),
        Stalled(100, "up", goal=fixed(0.9), memory_goal=fixed(20)),
    )
}
