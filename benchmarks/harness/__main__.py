# SPDX-License-Identifier: Apache-2.0
# Copyright the Sallyport authors
"""Starts resources and programs, measures in interleaved rounds, writes the tables, ends all."""

from __future__ import annotations

import argparse
import resource
import shlex
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Iterator

import report
from machine import Resident, Usage, description, foreign_share, version_of
from processes import Failed, Processes, free_port
from profiles import Profiles
from programs import PROGRAMS, USUAL_PROGRAMS, Program, Resources, Sallyport, Setup, port_of
from rows import ROWS, Load, Row

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent
FOREIGN_LIMIT = 0.12  # of the machine; above it a measurement is repeated
REPETITIONS = 3
SETTLE_SECONDS = 0.3  # between two measurements, at least: closed sockets drain, collectors finish
UNSETTLED_SECONDS = 15  # and at most
WRK_VERSION = r"wrk (?:debian/)?(\S+)"
NGINX_VERSION = r"nginx/(\S+)"


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description="Measures Sallyport beside its peers, over loopback.")

    def names(known: dict[str, object]):
        def split(text: str) -> list[str]:
            chosen = list(known) if text == "all" else text.split(",")
            for name in chosen:
                if name not in known:
                    raise argparse.ArgumentTypeError(f"{name!r}: expected some of {', '.join(known)}, or all")
            return chosen

        return split

    parser.add_argument("--rows", type=names(ROWS), default=list(ROWS), help=f"some of: {', '.join(ROWS)}; default: all")
    parser.add_argument(
        "--programs", type=names(PROGRAMS), default=list(USUAL_PROGRAMS), help=f"some of: {', '.join(PROGRAMS)}; all; default: {','.join(USUAL_PROGRAMS)}"
    )
    parser.add_argument("--io-uring", action="store_true", help="Sallyport on io_uring, too: one more program")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (3)")
    parser.add_argument("--seconds", type=float, default=4, help="seconds of one measurement (4)")
    parser.add_argument("--warm-up", type=float, default=30, help="seconds of load on each Sallyport before the first round, for the JVM (30)")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait for a quiet machine before a repetition (60)")
    parser.add_argument("--quick", action="store_true", help="every row for a second, once: does it work, not how fast is it")
    parser.add_argument("--results", type=Path, help="where to write the tables; default benchmarks/RESULTS.md when all rows and usual programs are measured")
    parser.add_argument("--distribution", type=Path, help="another sallyport-*.tar.gz than that of karaf-assembly/target")
    parser.add_argument("--profile", type=Path, metavar="DIR", help="record Sallyport's two JVMs during each measurement, to DIR/ROW-PROGRAM-END-N.jfr; figures suffer")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="keep the logs of programs that failed, in DIR")
    parser.add_argument("--hold", action="store_true", help="start everything, print ports and PIDs, wait for Ctrl-C; for profiling by hand")
    if parser.parse_args(words).quick:
        parser.set_defaults(rounds=1, seconds=1, warm_up=3, patience=0)
    options = parser.parse_args(words)
    if not (0 <= options.patience <= 3600 and 1 <= options.rounds <= 100 and 0.5 <= options.seconds <= 300 and 0 <= options.warm_up <= 300):
        parser.error("expected 1 to 100 rounds, 0.5 to 300 seconds, 0 to 300 seconds of warm-up, 0 to 3600 of patience")
    if options.io_uring:
        options.programs.append("sallyport-io_uring")
    options.programs = [name for name in PROGRAMS if name in options.programs]
    whole = set(ROWS) <= set(options.rows) and set(USUAL_PROGRAMS) <= set(options.programs)
    if options.results is None and whole and not options.quick and not options.profile:
        options.results = HERE / "RESULTS.md"
    return options


def say(text: str) -> None:
    print(text, flush=True)


def build_load_tool(processes: Processes) -> Path:
    tool = processes.directory / "load"
    sources = sorted(map(str, (HERE / "load").glob("*.c")))
    subprocess.run(["gcc", "-O2", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-o", str(tool), *sources], check=True)
    tool.chmod(0o755)
    return tool


def unpack_distribution(processes: Processes, archive: Path | None) -> Path:
    archive = archive or built_distribution()
    if not archive.is_file():
        raise Failed(f"{archive}: expected the distribution's tar.gz")
    distribution = processes.directory / "distribution"
    distribution.mkdir(mode=0o755)
    subprocess.run(["tar", "-xzf", archive, "-C", distribution, "--strip-components=1", "--no-same-owner"], check=True)
    return distribution


SOURCES = ("pom.xml", "bundles", "etc", "features", "karaf-assembly", "launcher")


def built_distribution() -> Path:
    """The archive of karaf-assembly/target; it is built when it is not there or older than what it is made of."""
    target = ROOT / "karaf-assembly/target"
    built = [archive.stat().st_mtime for archive in target.glob("sallyport-*.tar.gz")]
    if not built or max(built) < max(_source_times()):
        say("building the distribution …")
        subprocess.run(["mvn", "-B", "-ntp", "-q", "-DskipTests", "-pl", "karaf-assembly", "-am", "package"], cwd=ROOT, check=True)
    archives = list(target.glob("sallyport-*.tar.gz"))
    if len(archives) != 1:
        raise Failed(f"{target}: {len(archives)} files sallyport-*.tar.gz; expected one; `mvn clean` and build again")
    return archives[0]


def _source_times() -> Iterator[float]:
    for name in SOURCES:
        for path in (ROOT / name, *(ROOT / name).rglob("*")):
            parts = path.relative_to(ROOT).parts
            if path.is_file() and "target" not in parts and "test" not in parts:
                yield path.stat().st_mtime


def start_resources(processes: Processes, tool: Path) -> Resources:
    own = processes.own_directory("resources")
    load = processes.start([str(tool), "resource", "0"], own / "load.log", output=own / "load.out")
    load_port = port_of(processes.await_line(load, own / "load.out", "{", own / "load.log"))
    web_port = free_port()
    for directory in ("html", "state"):
        (own / directory).mkdir()
        processes.give(own / directory)
    processes.write(own / "html/index.html", "Sallyport benchmark: a small file of one hundred and twenty-eight bytes, more or less.".ljust(127) + "\n")
    paths = "".join(f" {name}_temp_path {own}/state/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    configuration = processes.write(
        own / "nginx.conf",
        f"daemon off; master_process off; pid {own}/nginx.pid; worker_processes 1; worker_rlimit_nofile {resource.getrlimit(resource.RLIMIT_NOFILE)[0]};\n"
        f"error_log stderr warn; events {{ worker_connections 8192; }}\n"
        f"http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; tcp_nodelay on;{paths}\n"
        f" server {{ listen 127.0.0.1:{web_port} backlog=4096; root {own}/html; }} }}\n",
    )
    nginx = processes.start(["nginx", "-e", "stderr", "-c", str(configuration)], own / "nginx.log")
    processes.await_port(nginx, web_port, own / "nginx.log")
    return Resources(load_port, web_port, tool)


def settle() -> None:
    """Waits until what the load before has left behind is done."""
    deadline = time.monotonic() + UNSETTLED_SECONDS
    while time.monotonic() < deadline:
        before = Usage.now(set())
        time.sleep(SETTLE_SECONDS)
        if Usage.now(set()).ours - before.ours < SETTLE_SECONDS / 10:
            return


def await_quiet(seconds: float) -> None:
    """Waits, a bounded time, until others leave the machine alone."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before, begin = Usage.now(set()), time.monotonic()
        time.sleep(1)
        if foreign_share(before, Usage.now(set()), time.monotonic() - begin) < FOREIGN_LIMIT / 2:
            return


def commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() or "?"


def page(options: argparse.Namespace, words: list[str], body: str) -> str:
    facts = description() | {
        "Load": f"load tool of this commit, wrk {version_of(['wrk', '-v'], WRK_VERSION)}, nginx {version_of(['nginx', '-v'], NGINX_VERSION)}",
        "Commit": commit(),
        "Date": date.today().isoformat(),
        "Command": f"`benchmarks/run {shlex.join(words)}`".replace(" `", "`"),
        "Rounds": f"{options.rounds}, interleaved, {options.seconds:g} s a measurement, after {options.warm_up:g} s of warm-up",
    }
    return "\n".join(
        [
            "# Results",
            "",
            "Written by `benchmarks/run`; README.md says what is measured and how. Figures of one machine and one run: compare the programs in a",
            "line, not figures of different pages. ✓ and ✗ are Sallyport's; a bar against a peer is met within 5 %. Differences under 10 % are noise",
            "unless the ranges do not overlap.",
            "",
            *(f"- {name}: {value}" for name, value in facts.items()),
            "",
            body,
        ]
    )


class Comparison:
    """All rounds of all rows. Rows with one set-up share pairs that are warm and ended after the rows; rows that want fresh pairs
    come last, when nothing else runs."""

    def __init__(self, options: argparse.Namespace, processes: Processes) -> None:
        self._options, self._processes = options, processes
        self._distribution: Path | None = None
        tool = build_load_tool(processes)
        self._load = Load(processes, tool, options.quick)
        if any(name.startswith("sallyport") for name in options.programs):
            self._distribution = unpack_distribution(processes, options.distribution)
        self._resources = start_resources(processes, tool)
        self._profiles = Profiles(processes, options.profile) if options.profile else None
        self.rows = [ROWS[name] for name in options.rows]
        self.programs = [self._made(name, Setup()) for name in options.programs]
        self.samples: report.Samples = {}
        self.used: dict[str, Resident] = {}
        self.disturbed: list[str] = []
        self.failures: list[str] = []
        self._given_up: set[tuple[str, str]] = set()  # row and program: what failed once is not tried again, lest all rounds wait for it

    def _made(self, name: str, setup: Setup) -> Program:
        return PROGRAMS[name](lambda: self._distribution, setup)

    def hold(self) -> None:
        for name in self._options.programs:
            program = self._started(name, Setup())
            pids = {end: process.pid for end, process in program.ends.items()}
            say(f"{name}: ports={program.ports} pids={pids} files={program.own}")
        say(f"load tool: {self._load.tool}; Ctrl-C ends all")
        signal.pause()

    def run(self) -> None:
        lasting = [row for row in self.rows if not row.fresh]
        for setup in dict.fromkeys(row.setup for row in lasting):
            self._run_group(setup, [row for row in lasting if row.setup == setup])
        fresh = [row for row in self.rows if row.fresh]
        for round_number in range(1, self._options.rounds + 1):
            for row in fresh:
                for name in self._options.programs if round_number == 1 or not row.once else []:
                    if (row.name, name) not in self._given_up:
                        self._take(row, name, round_number, None)

    def _run_group(self, setup: Setup, rows: list[Row]) -> None:
        names = [program.name for program in self.programs if program.fits(setup)]
        pairs: dict[str, Program] = {}
        for name in names:
            try:
                pairs[name] = self._started_warm(name, setup, rows)
            except Failed as failure:
                self._fail(f"start, {name}, {setup.text()}", failure)
        for round_number in range(1, self._options.rounds + 1):
            for row in rows:
                for name in names:
                    if name in pairs and (row.name, name) not in self._given_up and not self._take(row, name, round_number, pairs[name]):
                        self._replace(pairs, name, setup, rows)
        if setup == Setup():
            self.used = {name: Resident.of(program.pids()) for name, program in pairs.items()}
        for program in pairs.values():
            program.end(self._processes)

    def _started(self, name: str, setup: Setup) -> Program:
        program = self._made(name, setup)
        try:
            program.start(self._processes, self._resources)
        except Failed:
            self._end_failed(program)
            raise
        return program

    def _end_failed(self, program: Program) -> None:
        program.end(self._processes, self._options.logs and self._options.logs / f"{program.name}-{len(self.failures)}")

    def _started_warm(self, name: str, setup: Setup, rows: list[Row]) -> Program:
        say(f"starting {name}, {setup.text()}")
        program = self._started(name, setup)
        seconds = self._options.warm_up if isinstance(program, Sallyport) else 0
        for row in rows:
            if seconds == 0 or (row.name, name) in self._given_up:
                continue
            try:
                row.measure(self._load, program, max(0.5, seconds / len(rows)))
            except Failed as failure:
                self._fail(f"{row.name}, {program.title}, warming up", failure)
                self._given_up.add((row.name, name))
                self._end_failed(program)
                return self._started_warm(name, setup, rows)
        return program

    def _replace(self, pairs: dict[str, Program], name: str, setup: Setup, rows: list[Row]) -> None:
        """What failed once may be in any state: its next measurements are those of another pair."""
        self._end_failed(pairs.pop(name))
        try:
            pairs[name] = self._started_warm(name, setup, rows)
        except Failed as failure:
            self._fail(f"start, {name}, {setup.text()}", failure)

    def _fail(self, what: str, failure: Failed) -> None:
        say(f"    failed: {what}: {failure}")
        self.failures.append(f"{what}: {str(failure).splitlines()[0]}")

    def _take(self, row: Row, name: str, round_number: int, pair: Program | None) -> bool:
        """One measurement into the samples; whether it succeeded."""
        title = next(program.title for program in self.programs if program.name == name)
        try:
            found = self._undisturbed(row, name, title, pair)
        except Failed as failure:
            self._fail(f"{row.name}, {title}, round {round_number}", failure)
            self._given_up.add((row.name, name))
            return False
        shown = []
        for key, figure in row.figures.items():
            if key in found:
                self.samples.setdefault(row.name, {}).setdefault(key, {}).setdefault(name, []).append(found[key])
                shown.append(f"{found[key]:.{figure.digits}f} {figure.unit}".strip())
        say(f"  round {round_number} of {self._options.rounds}  {row.name:<22} {title:<20} {', '.join(shown)}")
        return True

    def _undisturbed(self, row: Row, name: str, title: str, pair: Program | None) -> dict[str, float]:
        """Repeats a disturbed measurement, when it is quiet; of several disturbed ones the least disturbed stands, and is noted."""
        repetitions = 1 if row.once or self._options.quick else REPETITIONS
        tries: list[tuple[dict[str, float], float]] = []
        while len(tries) < repetitions:
            if tries:
                await_quiet(self._options.patience)
            tries.append(self._measured(row, pair) if pair else self._measured_afresh(row, name))
            if tries[-1][1] <= FOREIGN_LIMIT:
                break
            if len(tries) < repetitions:
                say(f"    {row.name}, {title}: others used {tries[-1][1]:.0%} of the machine, again when it is quiet")
        found, foreign = min(tries, key=lambda attempt: attempt[1])
        if foreign > FOREIGN_LIMIT:
            self.disturbed.append(f"{row.name}, {title}: others used {foreign:.0%} of the machine in the best of {_times(repetitions)}")
        return found

    def _measured(self, row: Row, program: Program) -> tuple[dict[str, float], float]:
        """One measurement: figures by key, and the share of the machine that others took meanwhile."""
        settle()
        with self._profiles.of(row, program) if self._profiles else nullcontext():
            before, begin = Usage.now(program.pids()), time.monotonic()
            found = row.measure(self._load, program, self._options.seconds)
            after, elapsed = Usage.now(program.pids()), time.monotonic() - begin
        program.check_alive()
        if row.work and found.get("units") and program.ends:
            found["cpu"] = (after.program - before.program) / found["units"] * row.work
        return found, foreign_share(before, after, elapsed)

    def _measured_afresh(self, row: Row, name: str) -> tuple[dict[str, float], float]:
        settle()
        before, begin = Usage.now(set()), time.monotonic()
        program = self._started(name, row.setup)
        try:
            found, foreign = self._measured(row, program)
            foreign = max(foreign, foreign_share(before, Usage.now(set()), time.monotonic() - begin))
        except Failed:
            self._end_failed(program)
            raise
        program.end(self._processes)
        return found, foreign

    def tables(self) -> str:
        body = report.measurements(self.rows, self.programs, self.samples) + "\n\n" + report.versions(self.programs, self.used) + "\n"
        for title, notes in (("Failed", self.failures), ("Disturbed", self.disturbed)):
            if notes:
                body += f"\n{title}:\n" + "".join(f"- {note}\n" for note in notes)
        return body


def _times(count: int) -> str:
    return "one try" if count == 1 else f"{count} tries"


def compare(options: argparse.Namespace, words: list[str], processes: Processes) -> int:
    comparison = Comparison(options, processes)
    if options.hold:
        comparison.hold()
    comparison.run()
    body = comparison.tables()
    say("\n" + body)
    if options.results:
        options.results.write_text(page(options, words, body))
        say(f"written: {options.results}")
    return 1 if comparison.failures else 0


def main(words: list[str]) -> int:
    options = parse(words)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes = Processes()
    try:
        return compare(options, words, processes)
    except KeyboardInterrupt:
        say("ending")
        return 130
    except (Failed, subprocess.CalledProcessError) as failure:
        print(f"benchmarks/run: {failure}", file=sys.stderr)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        processes.end_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
