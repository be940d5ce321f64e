"""What a host has not or an engine refuses: each is said, with what to do, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from real import _box
from real._box import Box, docker, told, wrapper
from real._sandbox import verdicts
from real.test_setup_safety import needs_root

built, box = _box.built, _box.box
LISTS_A_GPU = 'echo "GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-6f0e)"'
ALTERED = """
case " $* " in
*" info "*) '{docker}' "$@" | python3 -c 'import json, sys; print(json.dumps({{**json.load(sys.stdin), {more}}}))' ;;
*) exec '{docker}' "$@" ;;
esac
"""


def engine_that_says(folder: Path, more: str) -> str:
    """A PATH with a docker that says something more of itself, and is the real one in all else."""
    return wrapper(folder, "docker", ALTERED.format(docker=shutil.which("docker"), more=more))


def code(report: dict[str, object]) -> tuple[object, object]:
    """Exit code, and code of the problem."""
    problem = report["problem"]
    return report["exit_code"], problem["code"] if isinstance(problem, dict) else None


def test_no_engine_is_a_missing_tool(box: Box, tmp_path: Path) -> None:
    empty = {"PATH": str(tmp_path)}
    for words in (["build"], ["up"], ["down"], ["docker-stats", "--once"]):
        report = box.json(*words, **empty)
        assert code(report) == (4, "engine.missing"), told(report)
    assert box.run("shell", "--", "true", **empty)[0] == 4


def test_an_engine_that_does_not_answer_is_said(box: Box, tmp_path: Path) -> None:
    report = box.json("up", DOCKER_HOST=f"unix://{tmp_path}/nobody.sock")
    assert code(report) == (4, "engine.silent"), told(report)


@needs_root
def test_an_engine_that_one_may_not_use_is_said_with_what_lets_one(box: Box, tmp_path: Path) -> None:
    as_nobody = f"exec setpriv --reuid=65534 --regid=65534 --clear-groups '{shutil.which('docker')}' \"$@\""
    report = box.json("up", PATH=wrapper(tmp_path / "bin", "docker", as_nobody))
    assert code(report) == (4, "engine.permission"), told(report)
    assert "docker" in report["problem"]["remedy"]


def test_an_engine_without_compose_is_said(box: Box, tmp_path: Path) -> None:
    without = f"[ \"$1\" = compose ] && {{ echo 'unknown flag: --file' >&2; exit 125; }}; exec '{shutil.which('docker')}' \"$@\""
    path = wrapper(tmp_path / "bin", "docker", without)
    for words in (["up"], ["down"], ["docker-stats", "--once"]):
        report = box.json(*words, PATH=path)
        assert code(report) == (4, "compose.missing"), told(report)


def test_a_gpu_that_the_engine_cannot_hand_on_is_left_out_and_that_is_said(box: Box, tmp_path: Path) -> None:
    wrapper(tmp_path / "bin", "nvidia-smi", LISTS_A_GPU)
    path = engine_that_says(tmp_path / "bin", '"Runtimes": {"runc": {}, "nvidia": {}}')
    planned = box.json("up", "--dry-run", PATH=path)
    assert "compose.gpu.yaml" in planned["changes"][-1]["now"]
    report = box.up(PATH=path)
    assert (report["exit_code"], verdicts(report)["up.gpu"]) == (0, "warn"), told(report)
    assert "nvidia" in next(each for each in report["findings"] if each["id"] == "up.gpu")["seen"]
    assert box.inside("true").returncode == 0, "it is up without"


def test_a_gpu_without_a_way_into_containers_says_which_is_missing(box: Box, tmp_path: Path) -> None:
    report = box.up(PATH=wrapper(tmp_path / "bin", "nvidia-smi", LISTS_A_GPU))
    assert verdicts(report)["up.gpu"] == "skip"
    assert "container-toolkit" in next(each for each in report["findings"] if each["id"] == "up.gpu")["seen"]


def test_limits_that_the_host_has_not_are_lowered_and_that_is_said(box: Box) -> None:
    wanted = {"MEMORY": "900gb", "SHM": "850gb", "CPUS": "512"}
    report = box.up(
        **{f"TORCH_STARTER_CONTAINER_{name}": value for name, value in wanted.items()}, TORCH_STARTER_ULIMIT_NOFILE="99999999"
    )
    assert report["exit_code"] == 0, told(report)
    changed = {each["name"]: each for each in report["changes"]}
    assert {"memory", "shm", "cpus", "nofile"} <= set(changed)
    assert changed["cpus"]["now"] == str(os.cpu_count())
    host = json.loads(docker("inspect", "--format", "{{json .HostConfig}}", box.container).stdout)
    assert host["Memory"] > host["ShmSize"] > 2**30
    assert all(each["why"] for each in report["changes"])


def test_a_taken_port_is_named_with_the_way_to_another(box: Box) -> None:
    box.write_spec()
    spec = box.root / "torch-starter.toml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        spec.write_text(spec.read_text().replace("ports = []", f"ports = [{port}]"))
        assert box.run("render")[0] == 0
        try:
            report = box.up()
            assert code(report) == (5, "port.taken"), told(report)
            assert str(port) in report["problem"]["message"]
            name, _, value = report["problem"]["remedy"].rpartition(" ./dev.sh up")[0].split()[-1].partition("=")
            again = box.up(**{name: value})
            assert again["exit_code"] == 0, told(again)
            assert f"Port {port}" in again["notes"][0]
            assert "127.0.0.1" in again["notes"][0]
        finally:
            box.write_spec()
            assert box.run("render")[0] == 0


def test_a_volume_of_roots_is_found_and_mended_by_what_is_said(box: Box) -> None:
    volume = f"{box.name}-hf"
    docker("run", "--rm", "--volume", f"{volume}:/v", "--user", "root", box.image, "sh", "-c", "touch /v/old; chown root /v")
    report = box.up()
    found = next(each for each in report["findings"] if each["id"] == f"up.volume.{volume}")
    assert (report["exit_code"], found["verdict"]) == (1, "fail"), told(report)
    subprocess.run(found["remedy"], shell=True, check=True, capture_output=True)
    assert verdicts(box.up())["up.folders"] == "ok"


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "compose.gpu.yaml", "compose.debug.yaml"])
def test_a_rendered_file_that_was_edited_is_not_run_and_not_lost(box: Box, name: str) -> None:
    path = box.root / name
    before = path.read_text()
    path.write_text(f"{before}# mine\n")
    try:
        for verb in ("build", "up", "render"):
            report = box.json(verb)
            assert code(report) == (2, "render.edited"), told(report)
        check = box.json("render", "--check")
        assert verdicts(check)[f"render.{name}"] == "fail"
        assert "-# mine" in check["notes"][0]
        assert path.read_text() == f"{before}# mine\n"
        assert box.json("render", "--force")["exit_code"] == 0
        assert path.read_text() == before
    finally:
        path.write_text(before)


def test_a_spec_that_moved_on_asks_for_rendering(box: Box) -> None:
    spec = box.root / "torch-starter.toml"
    spec.write_text(spec.read_text().replace("pids = 1000", "pids = 1001"))
    try:
        assert code(box.json("up")) == (2, "render.stale")
    finally:
        box.write_spec()


def test_a_build_that_is_not_proven_changes_no_image(box: Box) -> None:
    image = docker("inspect", "--format", "{{.Id}}", box.image).stdout
    spec = box.root / "torch-starter.toml"
    spec.write_text(spec.read_text() + "\n[verify]\ncommands = [\"python -c 'raise SystemExit(3)'\"]\n")
    try:
        report = box.json("build")
        assert report["exit_code"] == 1, told(report)
        assert docker("inspect", "--format", "{{.Id}}", box.image).stdout == image
    finally:
        box.write_spec()
        docker("image", "rm", "--force", f"{box.project}-dev:candidate", check=False)


def test_an_interrupted_build_leaves_the_image_that_there_was(box: Box) -> None:
    image = docker("inspect", "--format", "{{.Id}}", box.image).stdout
    process = box.start("build", "--no-cache")
    assert process.stderr is not None
    assert next(line for line in process.stderr if line.startswith("image"))
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert docker("inspect", "--format", "{{.Id}}", box.image).stdout == image
    assert box.up()["exit_code"] == 0


def test_a_proof_that_is_interrupted_leaves_no_candidate_and_no_container(box: Box) -> None:
    image = docker("inspect", "--format", "{{.Id}}", box.image).stdout
    process = box.start("build")
    assert process.stderr is not None
    assert next(line for line in process.stderr if line.startswith("proof"))
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert docker("inspect", "--format", "{{.Id}}", box.image).stdout == image
    assert docker("ps", "--all", "--quiet", "--filter", f"name={box.project}-dev-proof").stdout == ""
    tags = docker("images", "--format", "{{.Tag}}", "--filter", f"reference={box.project}-dev").stdout.split()
    assert tags == ["latest"]


def test_an_image_for_a_processor_that_cannot_be_had_here_is_said(box: Box) -> None:
    report = box.json("build", "--platform", "linux/s390x")
    assert code(report) in ((5, "image.unreachable"), (5, "image.processor")), told(report)
    assert "s390x" not in docker("images", "--format", "{{.Tag}}").stdout


@pytest.mark.parametrize("verb", ["up", "down", "docker-stats"])
def test_containers_of_another_folder_with_the_same_name_are_left_alone(box: Box, verb: str, tmp_path: Path) -> None:
    assert box.up()["exit_code"] == 0
    other = tmp_path / box.root.name
    shutil.copytree(box.root, other, symlinks=True)
    report = box.json(verb, TORCH_STARTER_ROOT=str(other), PWD=str(other))
    assert code(report) == (2, "project.taken"), told(report)
    assert str(box.root) in report["problem"]["message"]
    assert box.inside("true").returncode == 0


def test_a_shell_needs_a_container_that_is_up(box: Box) -> None:
    exit_code, _, err = box.run("shell", "--", "true")
    assert (exit_code, "./dev.sh up" in err) == (3, True)


@needs_root
def test_a_disk_that_is_too_small_is_said_before_anything_is_built(box: Box, tmp_path: Path) -> None:
    """An accelerator of which the engine has no layers yet."""
    box.write_spec('[accelerators.cu130]\ncuda = "13.0"\ndriver = "580"\narchitectures = ["x86_64", "aarch64"]\n')
    shutil.copy(box.root / "locks" / "cpu.txt", box.root / "locks" / "cu130.txt")
    assert box.run("render")[0] == 0
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], check=True)
    try:
        path = engine_that_says(tmp_path / "bin", f'"DockerRootDir": "{small}"')
        report = box.json("build", "--accelerator", "cu130", PATH=path)
        assert code(report) == (5, "disk.full"), told(report)
        assert str(small) in report["problem"]["message"]
    finally:
        subprocess.run(["umount", small], check=True)
        (box.root / "locks" / "cu130.txt").unlink()
        box.write_spec()
        assert box.run("render")[0] == 0
