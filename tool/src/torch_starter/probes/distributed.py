"""Several processes that compute together: ranks, and the program that starts them.

Every probe returns {"seen": words with the figures}, and raises AssertionError where a result is wrong. Whatever is waited
for has a time-out, and no rank outlives its probe.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from datetime import timedelta
from functools import partial
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import Any

SECONDS = 20  # for a group to be made, and for each collective
RANKS_SECONDS = 30.0  # for all that a rank does
LAUNCH_SECONDS = 90.0  # for torchrun and what it starts: each rank imports torch
LENGTH = 1000

SCRIPT = """
import os, signal, sys
signal.alarm({limit})  # whatever happens to the launcher, this ends
from datetime import timedelta
import torch
import torch.distributed as dist
rank, world, local = (int(os.environ[name]) for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"))
device = torch.device("cuda", local) if {backend!r} == "nccl" else torch.device("cpu")
if device.type == "cuda":
    torch.cuda.set_device(device)
dist.init_process_group({backend!r}, timeout=timedelta(seconds={seconds}))
x = torch.full(({length},), rank + 1.0, device=device)
dist.all_reduce(x)
told = torch.stack([x.min(), x.max()]).tolist()
dist.destroy_process_group()
print("rank", rank, "of", world, "got", told, "torch", torch.__version__, flush=True)
"""


def all_reduce() -> dict[str, object]:
    """Two ranks add a tensor up by gloo.

    Two processes on this computer meet at a TCP store on a free port of 127.0.0.1 and add 1000 numbers up; both must get the
    same, right sum. 20 seconds for each step, 30 in all. Gloo takes the network interface of the host's name, or the
    one that GLOO_SOCKET_IFNAME names: where that leads nowhere, it shows here.
    """
    import torch.distributed as dist

    if not (dist.is_available() and dist.is_gloo_available()):
        raise AssertionError("This build of torch has no gloo: several processes cannot compute together on CPUs.")
    _loopback()
    apart = _sibling("_apart")
    with socket.socket() as listener:  # the store takes it over by its number, so that nobody else gets the port
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        ranks = {"rank %d" % rank: partial(_sum_of_ranks, rank, listener) for rank in range(2)}
        results = apart._together(ranks, RANKS_SECONDS)
    failed = ["%s: %s" % (name, result["error"]) for name, result in results.items() if "error" in result]
    if failed:
        raise AssertionError("; ".join(failed) + _unresolved("; ") + _interface("; "))
    for name, result in results.items():
        if result["value"] != {"low": 3.0, "high": 3.0}:
            raise AssertionError("%s: 1 and 2 were added to %s, wanted 3 everywhere." % (name, result["value"]))
    return {"seen": "2 ranks, %d numbers added up by gloo%s%s" % (LENGTH, _unresolved(", "), _interface(", "))}


def launch() -> dict[str, object]:
    """torchrun starts two ranks that add a tensor up.

    A real `python -m torch.distributed.run --standalone --nproc_per_node 2` on a small script: rendezvous, variables, ranks
    and their end. The ranks must run the torch of this interpreter.
    """
    return _launched("gloo", 2)


def nccl() -> dict[str, object]:
    """One rank on each GPU adds a tensor up by NCCL.

    Started by torchrun, at most 8 ranks; the time-out makes a hang of NCCL (no shared memory, a wrong interface) an error.
    """
    import torch

    count = min(8, torch.cuda.device_count())
    if count < 2:
        return {"seen": "torch sees %d GPU: no group to make" % count}
    return _launched("nccl", count)


def _sum_of_ranks(rank: int, listener: socket.socket) -> dict[str, float]:
    """In a rank: the smallest and the largest of 1000 sums of rank + 1 over two ranks."""
    import torch
    import torch.distributed as dist

    limit = timedelta(seconds=SECONDS)
    port = listener.getsockname()[1]
    taken = {"master_listen_fd": _own(listener)} if rank == 0 else {}
    try:  # its newer kind takes no listening socket before torch 2.7
        store = dist.TCPStore("127.0.0.1", port, 2, rank == 0, limit, True, use_libuv=False, **taken)
    except TypeError:  # there is no other kind before torch 2.3
        store = dist.TCPStore("127.0.0.1", port, 2, rank == 0, limit, True, **taken)
    dist.init_process_group("gloo", store=store, rank=rank, world_size=2, timeout=limit)
    x = torch.full((LENGTH,), rank + 1.0)
    dist.all_reduce(x)
    dist.barrier()  # nobody leaves, and closes the store, while the other still needs it
    dist.destroy_process_group()
    return {"low": float(x.min()), "high": float(x.max())}


def _loopback() -> None:
    """Raise AssertionError at once where this host cannot be reached by itself: the store would try for 20 seconds."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        try:
            socket.create_connection(listener.getsockname(), timeout=5).close()
        except OSError as error:
            raise AssertionError("127.0.0.1 cannot be connected to (%s): is the loopback interface up?" % error) from error


def _own(listener: socket.socket) -> int:
    """A copy of the socket, which the store closes when it is done."""
    return os.dup(listener.fileno())


def _unresolved(before: str) -> str:
    """A remark where the name of this host leads to no address: gloo takes the loopback interface then."""
    try:
        socket.getaddrinfo(socket.gethostname(), None)
        return ""
    except OSError:
        return before + "the name of this host has no address (see /etc/hosts)"


def _interface(before: str) -> str:
    name = os.environ.get("GLOO_SOCKET_IFNAME", "")
    return "%sGLOO_SOCKET_IFNAME is %s" % (before, name) if name else ""


def _launched(backend: str, ranks: int) -> dict[str, object]:
    """Start a script by torchrun; raises AssertionError with what it said where a rank does not get the sum."""
    import torch

    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "ranks.py")
        with open(script, "w") as file:
            file.write(SCRIPT.format(limit=int(LAUNCH_SECONDS), backend=backend, seconds=SECONDS, length=LENGTH))
        words = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(ranks), script]
        code, out = _ran(words, dict(os.environ, OMP_NUM_THREADS="1"))
    total = ranks * (ranks + 1) / 2
    wanted = ["rank %d of %d got [%s, %s] torch %s" % (r, ranks, total, total, torch.__version__) for r in range(ranks)]
    missing = [line for line in wanted if line not in out]
    if code != 0 or missing:
        errors = [line.strip() for line in out.splitlines() if "Error" in line or "WARN" in line] or out.splitlines()[-1:]
        raise AssertionError("torchrun ended with %s%s; %s" % (code, "".join(", without: " + m for m in missing), errors[:3]))
    return {"seen": "torchrun started %d ranks, which added up %d numbers by %s" % (ranks, LENGTH, backend)}


def _ran(words: list[str], variables: dict[str, str]) -> tuple[Any, str]:
    """Exit status, or "no answer within … s", and all output. torchrun is asked to end first, so that it ends its ranks."""
    process = subprocess.Popen(words, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        out, _ = process.communicate(timeout=LAUNCH_SECONDS)
        return process.returncode, out.decode(errors="replace")
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        try:
            out, _ = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
        return "no answer within %.0f s" % LAUNCH_SECONDS, out.decode(errors="replace")


def _sibling(name: str) -> Any:
    """A file beside this one: probes are loaded by their paths, outside of any package."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
    module = ModuleType("torch_starter_" + name)
    module.__file__ = path
    SourceFileLoader(module.__name__, path).exec_module(module)
    return module
