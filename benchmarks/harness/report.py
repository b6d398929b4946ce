# SPDX-License-Identifier: Apache-2.0
# Copyright the Sallyport authors
"""Tables from samples."""

from __future__ import annotations

from statistics import median

from programs import Program
from rows import Figure, Row

# row → figure → program → one value a round
Samples = dict[str, dict[str, dict[str, list[float]]]]


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}".replace(",", " ")


def _cell(values: list[float], digits: int) -> str:
    if not values:
        return "–"
    middle = _number(median(values), digits)
    if len(values) == 1:
        return middle
    return f"{middle} ({_number(min(values), digits)}–{_number(max(values), digits)})"


def _line(figure: Figure, by_program: dict[str, list[float]], programs: list[Program], subject: Program | None, peers: list[Program]) -> str:
    cells = [f"{figure.title}{', ' + figure.unit if figure.unit else ''}"]
    cells += [_cell(by_program.get(program.name, []), figure.digits) for program in programs]
    own = by_program.get(subject.name, []) if subject else []
    for peer in peers:
        theirs = by_program.get(peer.name, [])
        comparable = own and theirs and median(theirs) > 0
        cells.append(f"{median(own) / median(theirs):.2f}" if comparable else "–")
    if figure.bar and own:
        theirs = by_program.get(figure.bar.peer, []) if figure.bar.peer else []
        met = figure.bar.met(median(own), median(theirs) if theirs else None, figure.more_is_better)
        verdict = "" if met is None else " ✓" if met else " ✗"
        cells.append(figure.bar.text(figure.more_is_better) + verdict)
    elif subject:
        cells.append(figure.bar.text(figure.more_is_better) if figure.bar else "")
    return "| " + " | ".join(cells) + " |"


def measurements(rows: list[Row], programs: list[Program], samples: Samples) -> str:
    subject = next((program for program in programs if program.name.startswith("sallyport")), None)
    peers = [program for program in programs if program is not subject] if subject else []
    head = ["median (lowest–highest)", *(program.title for program in programs), *(f"÷ {peer.title}" for peer in peers)]
    head += ["bar"] if subject else []
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1 - bool(subject)) + ("|---" if subject else "") + "|"]
    for row in rows:
        for key, figure in row.figures.items():
            lines.append(_line(figure, samples.get(row.name, {}).get(key, {}), programs, subject, peers))
    return "\n".join(lines)


def footprint(programs: list[Program], fresh: dict[str, float], used: dict[str, float]) -> str:
    lines = ["| | version | memory (PSS) when started, MB | after all loads, MB | server's start, s |", "|---|---|---:|---:|---:|"]
    for program in programs:
        if not program.running:
            continue
        seconds = f"{program.seconds_to_start:.1f}" if program.seconds_to_start is not None else "–"
        cells = [program.title, program.version(), _number(fresh[program.name], 0), _number(used[program.name], 0), seconds]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
