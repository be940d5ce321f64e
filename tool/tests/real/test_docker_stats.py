"""What containers use, as docker-stats tells it, against what they were made to use."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from real import _box
from real._box import Box, docker, told, wrapper
from real._sandbox import verdicts

built, box = _box.built, _box.box
BUSY = "import os, time; end = time.time() + 20; [os.fork() for _ in range(2)]\nwhile time.time() < end: sum(range(1000))"
HOLDS = "import signal, sys; held = b'x' * {bytes}; print('held', flush=True); signal.pause()"
SHARED = (
    "import os; held = os.open('/dev/shm/held', os.O_RDWR | os.O_CREAT); os.posix_fallocate(held, 0, {bytes}); "
    "print('held', flush=True)"
)


def values(report: dict[str, Any]) -> dict[str, float]:
    """Name -> median, of a report on one container."""
    return {each["name"]: each["median"] for each in report["measurements"]}


def limits(report: dict[str, Any]) -> dict[str, float]:
    return {each["name"]: each["limit"]["value"] for each in report["measurements"] if each["limit"]}


def holding(box: Box, code: str) -> subprocess.Popen[str]:
    """A program in the container that has begun to hold what it is to hold."""
    process = box.start("shell", "--", "python", "-c", code)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_use_is_told_against_the_limits_that_the_container_has(box: Box) -> None:
    box.up()
    report = box.stats()
    assert report["exit_code"] == 0, told(report)
    most = {"cpu": 1.0, "memory": 2100 * 2**20, "shm": 200 * 2**20, "pids": 1000}
    assert limits(report) == most
    assert values(report)["pids"] <= 3
    assert {each["params"]["container"] for each in report["measurements"]} == {box.container}


def test_more_threads_than_cpus_are_seen_as_throttled(box: Box) -> None:
    box.up()
    docker("update", "--cpus", "0.3", box.container)  # which it gets also where others compute
    docker("exec", "--detach", box.container, "python", "-c", BUSY)
    report = box.stats()
    found = values(report)
    assert (found["cpu"] > 0.2, limits(report)["cpu"]) == (True, 0.3)
    assert found["throttled"] > 25
    assert verdicts(report)[f"containers.{box.container}.throttled"] == "warn"


def test_memory_and_shared_memory_are_seen_where_they_are_held(box: Box) -> None:
    box.up()
    before = values(box.stats())
    holder = holding(box, HOLDS.format(bytes=300_000_000))
    after = values(box.stats())
    assert 290e6 < after["memory"] - before["memory"] < 400e6
    assert holding(box, SHARED.format(bytes=195 * 2**20)).wait(30) == 0
    report = box.stats()
    assert values(report)["shm"] >= 195 * 2**20
    assert verdicts(report)[f"containers.{box.container}.shm"] == "warn"
    os.killpg(holder.pid, signal.SIGKILL)
    holder.communicate()


def test_what_the_kernel_can_drop_is_not_counted_as_used(box: Box) -> None:
    box.up()
    box.inside("sh", "-c", "head -c 200M /dev/zero >/tmp/file && sync /tmp/file")
    read = "cat /sys/fs/cgroup/memory*/memory.usage_in_bytes /sys/fs/cgroup/memory.current 2>/dev/null"
    raw = int(docker("exec", box.container, "sh", "-c", read, check=False).stdout.split()[0])
    assert values(box.stats())["memory"] < raw - 150e6


def test_a_process_killed_for_want_of_memory_is_reported(box: Box) -> None:
    box.up()
    done = box.inside("python", "-c", "x = b'x' * 2_500_000_000")
    assert done.returncode == 137
    report = box.stats()
    assert report["exit_code"] == 1
    found = next(each for each in report["findings"] if each["id"] == f"containers.{box.container}.oom")
    assert (found["verdict"], "2.1 GiB" in found["seen"]) == ("fail", True), found
    assert values(report)["oom-kills"] >= 1


def test_a_container_that_has_ended_is_no_fault_and_one_that_was_killed_is(box: Box) -> None:
    box.up()
    docker("kill", box.container)
    report = box.stats()
    assert (report["exit_code"], report["problem"]["code"]) == (3, "container.none")
    assert "exit status 137" in report["problem"]["message"]
    box.up()
    docker("exec", box.container, "python", "-c", "x = b'x' * 2_500_000_000", check=False)
    docker("kill", box.container)
    assert list(verdicts(box.stats()).values()) == ["fail"], "that a process was killed is told afterwards too"


def test_a_script_that_asks_for_json_gets_it_and_is_done(box: Box) -> None:
    box.up()
    report = box.json("docker-stats")
    assert report["exit_code"] == 0, told(report)
    assert len(report["measurements"]) >= 8


def test_there_must_be_something_to_look_at(box: Box) -> None:
    report = box.json("docker-stats", "--once")
    assert (report["exit_code"], report["problem"]["code"]) == (3, "container.none")


def test_from_inside_a_container_shows_itself(box: Box) -> None:
    box.up()
    inside = json.loads(box.inside("torch-starter", "docker-stats", "--once", "--json").stdout)
    assert inside["exit_code"] == 0, told(inside)
    assert limits(inside) == limits(box.stats())
    assert inside["measurements"][0]["params"] == {"container": "itself"}
    refused = json.loads(box.inside("torch-starter", "up", "--json").stdout)
    assert (refused["exit_code"], refused["problem"]["code"]) == (4, "engine.inside")


def test_what_goes_on_is_recorded_until_it_is_interrupted_and_drawn(box: Box, tmp_path: Path) -> None:
    box.up()
    record, page = tmp_path / "stats.jsonl", tmp_path / "stats.html"
    process = box.start("docker-stats", "--interval", "0.2", "--record", str(record), "--html", str(page), "--json")
    assert process.stderr is not None
    for _ in range(4):
        assert box.container in process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    report = json.loads(out)
    assert (process.returncode, report["exit_code"]) == (0, 0)
    looks = record.read_text().splitlines()
    assert len(looks) >= 5
    cpu = next(each for each in report["measurements"] if each["name"] == "cpu")
    assert (len(cpu["samples"]) >= 4, cpu["every"] > 0) == (True, True)
    assert page.read_text().count("<polyline") >= 5
    record.write_text("\n".join([*looks, looks[-1][:40]]))  # the disk was full, or the machine went down
    again = box.json("docker-stats", "--replay", str(record))
    assert values(again)["memory"] == pytest.approx(values(report)["memory"], rel=0.2)


def test_a_file_that_is_no_recording_is_left_alone(box: Box, tmp_path: Path) -> None:
    box.up()
    other = tmp_path / "notes.txt"
    other.write_text("mine\n")
    report = box.json("docker-stats", "--once", "--record", str(other))
    assert (report["problem"]["code"], other.read_text()) == ("record.other", "mine\n")
    assert box.json("docker-stats", "--replay", str(other))["problem"]["code"] == "replay.nothing"
    assert "there is no file" in box.json("docker-stats", "--replay", str(tmp_path / "x"))["problem"]["message"]
    assert box.json("docker-stats", "--record", str(tmp_path / "no" / "x"))["problem"]["code"] == "record.folder"
    both = ["--replay", str(other), "--record", str(tmp_path / "y")]
    assert box.json("docker-stats", *both)["problem"]["code"] == "replay.record"
    assert box.json("docker-stats", "--interval", "soon")["problem"]["code"] == "stats.interval"


def test_gpus_are_told_where_nvidia_smi_tells_of_them(box: Box, tmp_path: Path) -> None:
    box.up()
    says = 'echo "0, NVIDIA H100 80GB HBM3, 97, 41203, 81559, 612.5"; echo "1, NVIDIA H100 80GB HBM3, [N/A], 10, 81559, [N/A]"'
    report = box.json("docker-stats", "--once", PATH=wrapper(tmp_path / "bin", "nvidia-smi", says))
    first = {each["name"]: each for each in report["measurements"] if each["params"] == {"gpu": "0 NVIDIA H100 80GB HBM3"}}
    assert (first["gpu-busy"]["median"], first["gpu-power"]["median"]) == (97, 612.5)
    assert first["gpu-memory"]["limit"]["value"] == 81559 * 2**20
    assert len([each for each in report["measurements"] if each["params"].get("gpu", "").startswith("1 ")]) == 1
