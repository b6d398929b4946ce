# SPDX-License-Identifier: Apache-2.0
# Copyright the Sallyport authors
"""Tables from samples."""

from __future__ import annotations

from statistics import median

from machine import Resident
from programs import Program
from rows import Bars, Figure, Row

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


def _verdict(bars: Bars, figure: Figure, by_program: dict[str, list[float]], subject: Program) -> str:
    """The bars, and whether all of them are met: ✓, ✗, or nothing when a peer was not measured."""
    text = ", ".join(bar.text(figure.more_is_better) for bar in bars)
    own = by_program.get(subject.name, [])
    if not own or not bars:
        return text
    verdicts = []
    for bar in bars:
        theirs = by_program.get(bar.peer, []) if bar.peer else []
        verdicts.append(bar.met(median(own), median(theirs) if theirs else None, figure.more_is_better))
    return f"{text} ✗" if False in verdicts else text if None in verdicts else f"{text} ✓"


def _line(figure: Figure, by_program: dict[str, list[float]], programs: list[Program], subject: Program | None, peers: list[Program]) -> str:
    cells = [f"{figure.title}{', ' + figure.unit if figure.unit else ''}"]
    cells += [_cell(by_program.get(program.name, []), figure.digits) for program in programs]
    own = by_program.get(subject.name, []) if subject else []
    for peer in peers:
        theirs = by_program.get(peer.name, [])
        comparable = own and theirs and median(theirs) > 0
        cells.append(f"{median(own) / median(theirs):.2f}" if comparable else "–")
    if subject:
        cells += [_verdict(bars, figure, by_program, subject) for bars in (figure.bar, figure.goal)]
    return "| " + " | ".join(cells) + " |"


def measurements(rows: list[Row], programs: list[Program], samples: Samples) -> str:
    subject = next((program for program in programs if program.name.startswith("sallyport")), None)
    peers = [program for program in programs if program is not subject] if subject else []
    numbers = [*(program.title for program in programs), *(f"÷ {peer.title}" for peer in peers)]
    bars = ["first bar", "goal"] if subject else []
    lines = ["| " + " | ".join(["median (lowest–highest)", *numbers, *bars]) + " |", "|---" + "|---:" * len(numbers) + "|---" * len(bars) + "|"]
    for row in rows:
        for key, figure in row.figures.items():
            lines.append(_line(figure, samples.get(row.name, {}).get(key, {}), programs, subject, peers))
    return "\n".join(lines)


def versions(programs: list[Program], used: dict[str, Resident]) -> str:
    """What was compared, and the memory of both ends after all loads that a pair carried one after the other."""
    lines = ["| | version | resident after all loads, both ends, MB | proportional, MB |", "|---|---|---:|---:|"]
    for program in programs:
        memory = used.get(program.name)
        cells = (_number(memory.rss, 0), _number(memory.pss, 0)) if memory and memory.rss else ("–", "–")
        lines.append(f"| {program.title} | {program.version()} | {' | '.join(cells)} |")
    return "\n".join(lines)
