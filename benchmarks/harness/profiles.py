# SPDX-License-Identifier: Apache-2.0
# Copyright the Sallyport authors
"""Flight recordings of Sallyport's two JVMs, one for each measurement: where time goes, what is allocated."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from processes import Failed, Processes
from programs import Program, Sallyport
from rows import Row


class Profiles:
    def __init__(self, processes: Processes, directory: Path) -> None:
        home = os.environ.get("JAVA_HOME")
        jcmd = os.path.join(home, "bin/jcmd") if home else shutil.which("jcmd")
        if not jcmd or not os.access(jcmd, os.X_OK):
            raise Failed(f"jcmd: {jcmd or 'not found'}: --profile expects a JDK; let JAVA_HOME name it")
        directory.mkdir(parents=True, exist_ok=True)
        self._processes, self._jcmd, self._directory = processes, jcmd, directory
        self._count = 0

    @contextmanager
    def of(self, row: Row, program: Program) -> Iterator[None]:
        ends = program.ends if isinstance(program, Sallyport) else {}
        for process in ends.values():
            self._call(process.pid, "JFR.start", "name=benchmark", "settings=profile")
        yield
        self._count += bool(ends)
        for end, process in ends.items():
            recorded = program.own / f"{end}.jfr"
            self._call(process.pid, "JFR.stop", "name=benchmark", f"filename={recorded}")
            shutil.copyfile(recorded, self._directory / f"{row.name}-{program.name}-{end}-{self._count}.jfr")

    def _call(self, pid: int, *words: str) -> None:
        self._processes.call([self._jcmd, str(pid), *words])
