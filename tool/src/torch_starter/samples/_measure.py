"""How a value is taken: warmed up until it is steady, in loops that are long enough, with what else went on meanwhile.

Standard library alone, Python 3.8. Every sample is given a Measure as its first argument.

A sample answers with series by name. A series is {"amount": what one value did, "loops": …, "warm": [seconds],
"values": [{"wall": seconds, "cpu": seconds, "others": …, "busy": …}]}; where a value is no amount in a time, such as a loss, it
has it under "value". A sample that does not apply answers {"skip": why}; {"notes": [sentences]} beside series are told as they
are.
"""

from __future__ import annotations

import glob
import importlib.util
import os
import resource
import time
from typing import Any, Callable, Dict, List, Optional, Sequence

Value = Dict[str, Any]
Series = Dict[str, Any]

STEADY = 1.1  # the slowest of the last three against the fastest
GROWTH = 10  # loops are made longer by at most this much at once
BUSY = 0.05  # of the processors that we may use, by others: what is taken then is taken again
AGAIN = 2  # so many times as many values are taken at most
OF_GPU = ("clock", "link")


def take(sample: str, how: Dict[str, Any], given: Dict[str, Any]) -> Dict[str, Any]:
    """The series of a sample, "file.function" beside this file, called with a Measure and with what is given."""
    file, _, function = sample.partition(".")
    device = str(given.get("device", "cpu"))
    gpu = beside("_gpu").of_device(device) if device.startswith("cuda") else None
    series = getattr(beside(file), function)(Measure(gpu=gpu, **how), **given)  # type: Dict[str, Any]
    return series


def beside(file: str) -> Any:
    """The module in a file beside this one."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), file + ".py")
    spec = importlib.util.spec_from_file_location("torch_starter_sample", path)
    if spec is None or spec.loader is None:
        raise ImportError("no sample " + path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Meter:
    """What the machine did between two moments: for us, for others, and for nobody.

    `others` is the share of the processors that we may use which programs of others took, `waited` that of the time in which
    threads of this process wanted to run and did not (0 where it has processes of its own, for which they wait), `steal` what the
    host of a virtual machine took away, `throttled` how often the control group's quota was used up. `least` is what others are
    known to use at least, of a GPU.
    """

    def __init__(self, least: float = 0.0) -> None:
        self.least = least
        self.own, _ = own()
        self.ran, self.delayed = scheduled()
        self.busy, self.stolen = processors()
        self.throttled = throttled()
        self.cpu = cpu_seconds()
        self.wall = time.perf_counter()  # last, so that our looking is not in it

    def since(self) -> Value:
        wall = time.perf_counter() - self.wall
        cpu = cpu_seconds() - self.cpu
        busy, stolen = processors()
        ran, delayed = scheduled()
        count = len(usable())
        seconds, processes = own()
        others = busy - self.busy - max(seconds - self.own, cpu)
        wanted = (ran - self.ran) + (delayed - self.delayed)
        return {
            "wall": wall,
            "cpu": cpu,
            "others": max(self.least, (others - tick()) / (wall * count) if wall else 0.0),
            "waited": (delayed - self.delayed) / wanted if wanted > 0 and processes == 1 else 0.0,
            "steal": max(0.0, stolen - self.stolen - tick()) / (wall * count) if wall else 0.0,
            "throttled": throttled() - self.throttled,
        }


def usable() -> List[int]:
    """The processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def tick() -> float:
    """Seconds of the kernel's clock, by which processors are told to be busy: one of them says nothing."""
    return 1.0 / os.sysconf("SC_CLK_TCK")


def processors() -> Any:
    """Seconds so far in which the usable processors were busy, and those that were stolen from them."""
    wanted = {"cpu%d" % number for number in usable()}
    busy = stolen = 0.0
    for line in lines("/proc/stat"):
        words = line.split()
        if words and words[0] in wanted and len(words) > 8:
            counts = [int(word) for word in words[1:9]]
            busy += sum(counts[:3]) + sum(counts[5:7])  # user, nice, system; interrupts
            stolen += counts[7]
    return busy * tick(), stolen * tick()


def cpu_seconds() -> float:
    """CPU seconds of this process, and of those that it waited for."""
    spent = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in spent)


def own() -> Any:
    """CPU seconds of all processes of our session, and how many they are: workers count as ours."""
    session = str(os.getsid(0))
    ticks = processes = 0
    for path in glob.glob("/proc/[0-9]*/stat"):
        words = "".join(lines(path)).rpartition(")")[2].split()
        if len(words) > 14 and words[3] == session:
            ticks += sum(int(word) for word in words[11:15])
            processes += 1
    return ticks * tick(), processes


def scheduled() -> Any:
    """Seconds that the threads of this process ran, and that they wanted to and did not."""
    ran = delayed = 0
    for path in glob.glob("/proc/self/task/*/schedstat"):
        words = "".join(lines(path)).split()
        if len(words) == 3:
            ran += int(words[0])
            delayed += int(words[1])
    return ran / 1e9, delayed / 1e9


def throttled() -> int:
    """How many periods of the control group's quota were used up so far."""
    for path in ("/sys/fs/cgroup/cpu.stat", "/sys/fs/cgroup/cpu/cpu.stat"):
        for line in lines(path):
            if line.startswith("nr_throttled "):
                return int(line.split()[1])
    return 0


def lines(path: str) -> List[str]:
    try:
        with open(path) as file:
            return file.readlines()
    except OSError:
        return []


def is_busy(value: Value) -> bool:
    """Whether others had a part in a value."""
    return bool(max(value["others"], value["waited"], value["steal"]) > BUSY or value["throttled"] > 0)


class Measure:
    """How values are taken: each lasts `seconds` or longer, so many of them, after at most `warm` seconds of warming up."""

    def __init__(self, seconds: float = 0.1, values: int = 3, warm: float = 1.0, gpu: Any = None) -> None:
        self.seconds, self.values, self.warm = seconds, values, warm
        self.gpu = gpu  # of _gpu.py, where the sample is of a GPU
        self.looks = []  # type: List[Value]

    def in_loops(self, once: Callable[[], Any], amount: float, device: str = "cpu") -> Series:
        """A series of something that can be done again and again; `amount` is what one time does.

        A device that works on by itself is waited for.
        """
        wait = waiting_for(device)

        def timed(loops: int) -> Value:
            meter = self.meter()
            for _ in range(loops):
                once()
            wait()
            return meter.since()

        loops, warmed = self.calibrated(timed)
        values = self.taken(lambda: timed(loops))
        if self.gpu is not None:
            for _ in range(loops):
                once()
            state = self.gpu.look()  # while it works: when it has nothing to do its clock and its link slow down
            wait()
            values = [{**value, "gpu": state} for value in values]
            self.looks.append(values[-1])
        return of_values(values, amount * loops, warmed, loops)

    def of_gpu(self) -> Dict[str, Series]:
        """Series of the GPU's "clock" in MHz and its "link" in GB/s under this work, as far as it tells them."""
        told = {name: [{**look, "value": look["gpu"][name]} for look in self.looks if name in look["gpu"]] for name in OF_GPU}
        return {name: of_values(values) for name, values in told.items() if values}

    def calibrated(self, timed: Callable[[int], Value]) -> Any:
        """How many loops last long enough once it is warm, and the seconds of each time on the way there."""
        loops, spent, alike = 1, [], []  # type: int, List[float], List[float]
        end = time.perf_counter() + self.warm
        while True:
            took = timed(loops)["wall"]
            spent.append(took)
            if took < self.seconds:
                wanted = int(loops * 1.2 * self.seconds / max(took, 1e-9)) + 1
                loops = max(loops + 1, min(loops * GROWTH, wanted))
                alike = []
            else:
                alike = [*alike[-2:], took / loops]
                if len(alike) == 3 and max(alike) < STEADY * min(alike):
                    return loops, spent
            if time.perf_counter() > end and took >= self.seconds:
                return loops, spent

    def taken(self, once: Callable[[], Value]) -> List[Value]:
        """So many quiet values; where it stays busy, AGAIN times as many, of which some or all say so."""
        found = []  # type: List[Value]
        while len(found) < self.values * AGAIN and sum(not is_busy(value) for value in found) < self.values:
            found.append(once())
        return [{**value, "busy": is_busy(value)} for value in found]

    def single(self, once: Callable[[], Any], amount: float = 1.0) -> Series:
        """A series of one value, of something that can be done but once in a process."""
        meter = self.meter()
        once()
        return of_values([self.told(meter)], amount)

    def meter(self) -> Meter:
        """Begin to look at what goes on."""
        return Meter(0.0 if self.gpu is None else self.gpu.others)

    def told(self, meter: Meter, value: Optional[float] = None) -> Value:
        """What a meter says by now, as a value; `value` where it is no amount in a time."""
        found = meter.since()
        found["busy"] = is_busy(found)
        return found if value is None else {**found, "value": value}

    def beside(self, file: str) -> Any:
        """The module in a file beside the samples, which share it."""
        return beside(file)

    def series(self, values: List[Value], amount: float = 1.0, warm: Sequence[float] = ()) -> Series:
        """A series of values that a sample took itself, each of them `amount` in its time."""
        return of_values(values, amount, warm)


def waiting_for(device: str) -> Callable[[], Any]:
    """What waits until a device has done all that it was given."""
    if not device.startswith("cuda"):
        return lambda: None
    import torch

    return lambda: torch.cuda.synchronize(device)


def of_values(values: List[Value], amount: float = 1.0, warm: Sequence[float] = (), loops: int = 1) -> Series:
    return {"amount": amount, "loops": loops, "warm": list(warm), "values": values}
