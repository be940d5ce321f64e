"""How long an import takes, beside plain unpacking and linking; and the whole way once with the network cut.

    tool/benchmarks/bundle.py [--rounds N] [--bundle FILE] [--fetched FOLDER]

It clones the repository, makes a bundle of the whole stack (or takes the given one; wheels in FOLDER are not fetched again), and
then in each round, in turn, with an empty cache of packages each time:

    plain    tar --zstd -xf BUNDLE, then `uv pip install` by links from the wheels that it held
    import   ./dev.sh cache import --no-setup BUNDLE, then the same `uv pip install` from the mirror folder

At the end a fresh clone with an empty home, no uv on its PATH and no route to anywhere imports it, sets up and proves itself by
verify-setup. All of it is removed again. It needs 15 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from _common import REPOSITORY, machine, row, uv

NEEDED = 15 << 30  # bytes
CUT = (
    "unshare",
    "--user",
    "--map-root-user",
    "--net",
    "sh",
    "-c",
    'ip link set lo up && exec "$@"',
    "sh",
)  # its own address only
LIMIT = 1.3  # times as long as plain unpacking and linking


def clone(folder: Path) -> Path:
    """What is committed, in a folder with a space in its name."""
    subprocess.run(["git", "clone", "-q", REPOSITORY, folder], check=True)
    return folder


def timed(*argv: str | Path, cwd: Path, env: Mapping[str, str]) -> float:
    """Wall seconds of a command that must succeed."""
    started = time.monotonic()
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, argv))} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return time.monotonic() - started


def exported(folder: Path, fetched: Path | None) -> Path:
    """A bundle of the whole stack, made by a clone that is removed again."""
    there, path = clone(folder / "the first clone"), folder / "bundle.tar.zst"
    if fetched:
        shutil.copytree(fetched, there / ".torch-starter" / "mirror" / "wheels", copy_function=os.link)
    subprocess.run([there / "dev.sh", "--version"], check=True, capture_output=True)
    seconds = timed(there / "dev.sh", "cache", "export", path, "--accelerator", "cpu", cwd=there, env=os.environ)
    print(row("export", [seconds]), f"{path.stat().st_size / 1e9:.2f} GB", flush=True)
    shutil.rmtree(there)
    return path


def linked(wheels: Path, there: Path, folder: Path) -> float:
    """Wall seconds of installing the whole stack from a folder of wheels into a new environment, with an empty cache."""
    env = {**os.environ, "UV_CACHE_DIR": str(folder / "cache"), "UV_LINK_MODE": "hardlink"}
    python = Path(sys.base_prefix) / "bin" / "python3.12"
    took = timed(uv(), "venv", "--python", python, folder / "venv", cwd=there, env=env)
    argv = [uv(), "pip", "install", "--offline", "--no-index", "--find-links", wheels, "--require-hashes", "--extra", "dev"]
    argv += ["-r", there / "pyproject.toml", "-c", there / "locks" / "cpu.txt", "--python", folder / "venv" / "bin" / "python"]
    took += timed(*argv, cwd=there, env=env)
    shutil.rmtree(folder / "cache")
    shutil.rmtree(folder / "venv")
    return took


def plain(bundle: Path, there: Path, folder: Path) -> tuple[float, float]:
    """Unpacking, and linking."""
    target = folder / "unpacked"
    target.mkdir()
    unpacked = timed("tar", "--zstd", "-xf", bundle, "-C", target, cwd=folder, env=os.environ)
    links = linked(target / "wheels", there, folder)
    shutil.rmtree(target)
    return unpacked, links


def imported(bundle: Path, there: Path, folder: Path) -> tuple[float, float]:
    """The same by the command."""
    unpacked = timed(there / "dev.sh", "cache", "import", "--no-setup", bundle, cwd=there, env=os.environ)
    links = linked(there / ".torch-starter" / "mirror" / "wheels", there, folder)
    shutil.rmtree(there / ".torch-starter" / "mirror")
    return unpacked, links


def compare(bundle: Path, folder: Path, rounds: int) -> float:
    """Both ways in turn; how many times as long the import takes."""
    there = clone(folder / "a second clone")
    subprocess.run([there / "dev.sh", "--version"], check=True, capture_output=True)
    took: dict[str, list[tuple[float, float]]] = {"plain": [], "import": []}
    for number in range(rounds):
        ways = (("plain", plain), ("import", imported))
        for name, way in ways if number % 2 == 0 else reversed(ways):
            subprocess.run(["sync"], check=True)
            took[name].append(way(bundle, there, folder))
            print(name, *(f"{seconds:.1f} s" for seconds in took[name][-1]), flush=True)
    for name, pairs in took.items():
        print(row(f"{name}: unpacking", [first for first, _ in pairs]))
        print(row(f"{name}: unpacking and linking", [first + second for first, second in pairs]))
    shutil.rmtree(there)
    both = {name: statistics.median(first + second for first, second in pairs) for name, pairs in took.items()}
    return both["import"] / both["plain"]


def cut_off(bundle: Path, folder: Path) -> bool:
    """The whole way without a network; whether all of it ended with 0."""
    there, home = clone(folder / "a clone without a network"), folder / "home"
    home.mkdir()
    path = ":".join(each for each in os.environ["PATH"].split(":") if not (Path(each) / "uv").exists())
    root = os.environ.get("PYENV_ROOT") or str(Path.home() / ".pyenv")
    env = {"PATH": path, "HOME": str(home), "PYENV_ROOT": root}
    codes = []
    for words in (("cache", "import", str(bundle), "--accelerator", "cpu"), ("verify-setup",)):
        started = time.monotonic()
        done = subprocess.run([*CUT, there / "dev.sh", *words, "--json"], cwd=there, env=env, capture_output=True, text=True)
        codes.append(done.returncode)
        print(f"without a network: {words[0]} {'import' if words[0] == 'cache' else ''} ended with {done.returncode}", end=", ")
        print(f"{time.monotonic() - started:.1f} s", flush=True)
        tell(done.stdout, done.stderr)
    return codes == [0, 0]


def tell(out: str, err: str) -> None:
    """What was measured, and what is not well."""
    try:
        report = json.loads(out)
    except ValueError:
        print(out[-2000:], err[-2000:])
        return
    print(*(f"  {each['name']}: {each['median']:g} {each['unit']}" for each in report["measurements"]), sep="\n")
    bad = [each for each in report["findings"] if each["verdict"] not in ("ok", "skip")]
    print(*(f"  {each['verdict']} {each['id']}: {each['seen']}" for each in bad), report["problem"] or "", sep="\n", flush=True)


def main() -> None:
    """Measure, and say where."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--bundle", type=Path)
    options.add_argument("--fetched", type=Path)
    given = options.parse_args()
    base = REPOSITORY / ".torch-starter"
    if shutil.disk_usage(base).free < NEEDED:
        sys.exit(f"it needs {NEEDED >> 30} GB on the disk of {base}")
    print(machine())
    with TemporaryDirectory(prefix="bundle ", dir=base) as name:
        folder = Path(name)
        bundle = given.bundle.resolve() if given.bundle else exported(folder, given.fetched)
        times = compare(bundle, folder, given.rounds) if given.rounds else 0.0
        print(f"import: {times:.2f} times as long as unpacking and linking; limit {LIMIT}")
        well = cut_off(bundle, folder)
    sys.exit(0 if well and times <= LIMIT else 1)


if __name__ == "__main__":
    main()
