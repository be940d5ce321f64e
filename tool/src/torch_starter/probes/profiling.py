"""The profilers at work on small functions of which we know what they cost, and where.

Every probe returns {"seen": words with the figures}, and raises AssertionError where a result is wrong.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import sysconfig
import tempfile
import time

WITHOUT_TORCH = True


def use_memray() -> dict[str, object]:
    """An allocation of 32 MiB is recorded with its size and the function that made it."""
    import memray

    size = 32 * 2**20
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "record.bin")
        with memray.Tracker(path):
            _allocate(size)
        with memray.FileReader(path) as reader:
            largest = max(reader.get_high_watermark_allocation_records(), key=lambda record: int(record.size))
            functions = [frame[0] for frame in largest.stack_trace()]
    # An allocator may round up to a page.
    if not size <= largest.size <= size + 2**16:
        raise AssertionError(f"memray records {largest.size} bytes for an allocation of {size}.")
    if "_allocate" not in functions:
        raise AssertionError(f"memray records an allocation in {functions}, wanted _allocate among them.")
    return {"seen": f"an allocation of {largest.size / 2**20:.0f} MiB recorded in its function"}


def use_pyinstrument() -> dict[str, object]:
    """Of a function that works for 0.1 seconds, most of the time is seen in it."""
    from pyinstrument import Profiler

    profiler = Profiler(interval=0.001)
    with profiler:
        _work(0.1)
    text = profiler.output_text(unicode=False, color=False, show_all=True)
    line = next((line for line in text.splitlines() if "_work" in line), "")
    if not line:
        raise AssertionError(f"pyinstrument does not name _work, which ran for 0.1 s: {text[-300:]}")
    seconds = float(line.split("_work")[0].replace("|", " ").replace("`-", " ").split()[-1])
    if not 0.05 < seconds < 1:
        raise AssertionError(f"pyinstrument sees {seconds} s in a function that ran for 0.1 s.")
    return {"seen": f"{seconds:.3f} s seen in a function that ran for 0.1 s"}


def use_py_spy() -> dict[str, object]:
    """A process of its own is sampled, and its function named. Where the system forbids to look into one, that is said.

    What forbids it is a setting (ptrace in a container without SYS_PTRACE), not a fault: then "permitted" is False.
    """
    tool = os.path.join(sysconfig.get_path("scripts"), "py-spy")
    with tempfile.TemporaryDirectory() as folder:
        script, record = os.path.join(folder, "script.py"), os.path.join(folder, "record.txt")
        _write(script, "import time\ndef work(end):\n    while time.time() < end: pass\nwork(time.time() + 0.5)\n")
        command = [tool, "record", "--format", "raw", "--rate", "100", "--output", record, "--", sys.executable, script]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, cwd=folder
        )
        stacks = _read(record).splitlines() if os.path.exists(record) else []
    said = done.stderr.strip()
    if "ermission denied" in said or "not permitted" in said:
        return {"seen": "py-spy starts, but may not look into processes here (ptrace is forbidden)", "permitted": False}
    samples = sum(int(line.split()[-1]) for line in stacks if "work (" in line)
    if samples < 3:
        raise AssertionError(f"py-spy sees work in {samples} samples of 0.5 s, wanted 3 or more: {said[-300:]}")
    return {"seen": f"py-spy sees a function in {samples} samples of another process", "permitted": True}


def use_line_profiler() -> dict[str, object]:
    """A loop of ten rounds is seen as ten hits of its line."""
    from line_profiler import LineProfiler

    profiler = LineProfiler()
    total = profiler(_sum_of_squares)(10)
    if total != 285:
        raise AssertionError(f"A profiled function gives {total}, wanted 285.")
    timings = next(iter(profiler.get_stats().timings.values()))
    hits = [hit for _, hit, _ in sorted(timings)]
    # total = 0; ten rounds of the loop's head and the one that ends it; ten sums; return.
    if hits != [1, 11, 10, 1]:
        raise AssertionError(f"Hits of the lines of a loop of ten rounds are {hits}, wanted [1, 11, 10, 1].")
    return {"seen": f"hits of each line of a loop of ten rounds: {hits}"}


def use_nvitop() -> dict[str, object]:
    """This process and the machine's memory are seen, and the GPUs where there is a driver."""
    import nvitop

    process = nvitop.HostProcess(os.getpid())
    resident = process.memory_info().rss / 2**20
    if process.pid != os.getpid() or not resident > 1:
        raise AssertionError(f"nvitop sees process {process.pid} of {resident} MiB, wanted {os.getpid()} of over 1.")
    memory = float(nvitop.host.virtual_memory().total)
    try:
        # It calls the absence of a driver a fatal error, aloud.
        with contextlib.redirect_stderr(io.StringIO()):
            gpus = f"{nvitop.Device.count()} GPUs"
    except nvitop.NVMLError:
        gpus = "no NVIDIA driver"
    return {"seen": f"nvitop sees this process, {memory / 2**30:.0f} GiB of memory, {gpus}"}


def _allocate(size: int) -> int:
    return len(bytearray(size))


def _work(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def _sum_of_squares(count: int) -> int:
    total = 0
    for number in range(count):
        total += number**2
    return total


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
