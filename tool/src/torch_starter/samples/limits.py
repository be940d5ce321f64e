"""The native program, and what else went on while it ran."""

from __future__ import annotations

import subprocess
from typing import Any, Dict


def run(measure: Any, program: str, what: str, threads: int) -> Dict[str, Any]:
    """The amount a second that it tells, of `what`; each value is a process of its own.

    What others do meanwhile matters little: it is the best value that counts, and of the stream the program tells the best.
    """
    import json

    def once() -> Dict[str, Any]:
        words = [program, what, str(threads), str(measure.seconds)]
        meter = measure.meter()
        done = subprocess.run(words, stdout=subprocess.PIPE, check=True, timeout=60)
        told = json.loads(done.stdout.decode())
        value: Dict[str, Any] = measure.told(meter, told["rate"])
        return value

    return {"rate": measure.series([once() for _ in range(1 if what == "stream" else measure.values)])}
