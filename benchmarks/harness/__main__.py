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
from datetime import date
from pathlib import Path

import report
from machine import Usage, description, foreign_share, resident_mb
from processes import Failed, Processes, free_port
from programs import PROGRAMS, USUAL_PROGRAMS, Program, Resources
from rows import ROWS, USUAL_ROWS, Load, Row

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent
FOREIGN_LIMIT = 0.12  # of the machine; above it a measurement is repeated
REPETITIONS = 3
SETTLE_SECONDS = 0.3  # between two measurements, at least: closed sockets drain, collectors finish
UNSETTLED_SECONDS = 15  # and at most


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

    parser.add_argument("--rows", type=names(ROWS), default=list(USUAL_ROWS), help=f"some of: {', '.join(ROWS)}; all; default: {','.join(USUAL_ROWS)}")
    parser.add_argument(
        "--programs", type=names(PROGRAMS), default=list(USUAL_PROGRAMS), help=f"some of: {', '.join(PROGRAMS)}; all; default: {','.join(USUAL_PROGRAMS)}"
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds (3)")
    parser.add_argument("--seconds", type=float, default=4, help="seconds of one measurement (4)")
    parser.add_argument("--warm-up", type=float, default=10, help="seconds of load before the first round, for the JVM (10)")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait for a quiet machine before a repetition (60)")
    parser.add_argument("--quick", action="store_true", help="one round of 1 s after 3 s: does it work, not how fast is it")
    parser.add_argument("--results", type=Path, help="where to write the tables; default benchmarks/RESULTS.md when all usual rows and programs are measured")
    parser.add_argument("--distribution", type=Path, help="another sallyport-*.tar.gz than that of karaf-assembly/target")
    parser.add_argument("--hold", action="store_true", help="start everything, print ports and PIDs, wait for Ctrl-C; for profiling by hand")
    if parser.parse_args(words).quick:
        parser.set_defaults(rounds=1, seconds=1, warm_up=3, patience=5)
    options = parser.parse_args(words)
    if not (0 <= options.patience <= 3600 and 1 <= options.rounds <= 100 and 0.5 <= options.seconds <= 300 and 0 <= options.warm_up <= 300):
        parser.error("expected 1 to 100 rounds, 0.5 to 300 seconds, 0 to 300 seconds of warm-up, 0 to 3600 of patience")
    whole = set(USUAL_ROWS) <= set(options.rows) and set(USUAL_PROGRAMS) <= set(options.programs)
    if options.results is None and whole and not options.quick:
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


def built_distribution() -> Path:
    target = ROOT / "karaf-assembly/target"
    if not list(target.glob("sallyport-*.tar.gz")):
        say("building the distribution …")
        subprocess.run(["mvn", "-q", "-DskipTests", "-pl", "karaf-assembly", "-am", "package"], cwd=ROOT, check=True)
    archives = list(target.glob("sallyport-*.tar.gz"))
    if len(archives) != 1:
        raise Failed(f"{target}: {len(archives)} files sallyport-*.tar.gz; expected one; `mvn clean` and build again")
    return archives[0]


def start_resources(processes: Processes, tool: Path) -> Resources:
    own = processes.own_directory("resources")
    load = processes.start([str(tool), "resource", "0"], own / "load.log", output=own / "load.out")
    load_port = int(processes.await_line(load, own / "load.out", "{", own / "load.log").split(":")[1].rstrip("}\n"))
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
    return Resources(load_port, web_port)


def settle() -> None:
    """Waits until what the load before has left behind is done."""
    deadline = time.monotonic() + UNSETTLED_SECONDS
    while time.monotonic() < deadline:
        before = Usage.now(set())
        time.sleep(SETTLE_SECONDS)
        if Usage.now(set()).ours - before.ours < SETTLE_SECONDS / 10:
            return


def measure(load: Load, row: Row, program: Program, seconds: float) -> tuple[dict[str, float], float]:
    """One measurement: figures by key, and the share of the machine that others took meanwhile."""
    settle()
    before, begin = Usage.now(program.pids()), time.monotonic()
    found = row.measure(load, program, seconds)
    after, elapsed = Usage.now(program.pids()), time.monotonic() - begin
    program.check_alive()
    if row.work and found.get("units") and program.running:
        found["cpu"] = (after.program - before.program) / found["units"] * row.work
    return found, foreign_share(before, after, elapsed)


def await_quiet(seconds: float) -> None:
    """Waits, a bounded time, until others leave the machine alone."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before, begin = Usage.now(set()), time.monotonic()
        time.sleep(1)
        if foreign_share(before, Usage.now(set()), time.monotonic() - begin) < FOREIGN_LIMIT / 2:
            return


def undisturbed(load: Load, row: Row, program: Program, seconds: float, patience: float, notes: list[str]) -> dict[str, float]:
    """Repeats a disturbed measurement, when it is quiet; of several disturbed ones the least disturbed stands, and is noted."""
    tries: list[tuple[dict[str, float], float]] = []
    while len(tries) < REPETITIONS:
        if tries:
            await_quiet(patience)
        tries.append(measure(load, row, program, seconds))
        if tries[-1][1] <= FOREIGN_LIMIT or row.once:
            break
        say(f"    {row.name}, {program.title}: others used {tries[-1][1]:.0%} of the machine, again when it is quiet")
    found, foreign = min(tries, key=lambda attempt: attempt[1])
    if foreign > FOREIGN_LIMIT and not row.once:
        notes.append(f"{row.name}, {program.title}: others used {foreign:.0%} of the machine even in the best of {REPETITIONS} tries")
    return found


def warm_up(load: Load, rows: list[Row], programs: list[Program], seconds: float) -> None:
    warmed = [row for row in rows if row.work]
    for program in programs:
        if program.name.startswith("sallyport") and warmed and seconds > 0:
            for row in warmed:
                row.measure(load, program, max(0.5, seconds / len(warmed)))


def commit() -> str:
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() or "?"


def page(options: argparse.Namespace, words: list[str], body: str) -> str:
    facts = description() | {
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
            "line, not figures of different pages. A bar against a peer is met within 5 %; differences under 10 % are noise unless the ranges do not overlap.",
            "",
            *(f"- {name}: {value}" for name, value in facts.items()),
            "",
            body,
        ]
    )


def compare(options: argparse.Namespace, words: list[str], processes: Processes) -> None:
    load = Load(processes, build_load_tool(processes))
    distribution: list[Path] = []

    def unpacked() -> Path:
        if not distribution:
            distribution.append(unpack_distribution(processes, options.distribution))
        return distribution[0]

    rows = [ROWS[name] for name in options.rows]
    programs = [PROGRAMS[name](unpacked) for name in PROGRAMS if name in options.programs]
    resources = start_resources(processes, load.tool)
    for program in programs:
        say(f"starting {program.title}")
        program.start(processes, resources)
    if options.hold:
        for program in programs:
            say(f"{program.name}: ports={program.ports} pids={sorted(program.pids())}")
        say(f"load tool: {load.tool}; Ctrl-C ends all")
        signal.pause()
    fresh = {program.name: resident_mb(program.pids()) for program in programs}
    say(f"warming up, {options.warm_up:g} s")
    warm_up(load, rows, programs, options.warm_up)
    samples: report.Samples = {}
    notes: list[str] = []
    for round_number in range(1, options.rounds + 1):
        for row in rows:
            if row.once and round_number > 1:
                continue
            for program in programs:
                found = undisturbed(load, row, program, options.seconds, options.patience, notes)
                shown = []
                for key, figure in row.figures.items():
                    if key in found:
                        samples.setdefault(row.name, {}).setdefault(key, {}).setdefault(program.name, []).append(found[key])
                        shown.append(f"{found[key]:.{figure.digits}f} {figure.unit}".strip())
                say(f"  round {round_number} of {options.rounds}  {row.name:<18} {program.title:<20} {', '.join(shown)}")
    used = {program.name: resident_mb(program.pids()) for program in programs}
    body = report.measurements(rows, programs, samples) + "\n\n" + report.footprint(programs, fresh, used) + "\n"
    if notes:
        body += "\nDisturbed:\n" + "".join(f"- {note}\n" for note in notes)
    say("\n" + body)
    if options.results:
        options.results.write_text(page(options, words, body))
        say(f"written: {options.results}")


def main(words: list[str]) -> int:
    options = parse(words)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes = Processes()
    try:
        compare(options, words, processes)
        return 0
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
