"""The container's life on a real engine: built, proven, up, looked into, down."""

from __future__ import annotations

import json
import subprocess

from real import _box
from real._box import Box, docker
from real._sandbox import verdicts
from torch_starter.core import hits

WAITS = (
    "import os, signal; open('/tmp/pid.new', 'w').write(f'{os.getpid()}\\n'); os.rename('/tmp/pid.new', '/tmp/pid'); "
    "signal.pause()"
)
built, box = _box.built, _box.box


def test_an_image_is_named_after_it_was_proven_and_says_what_it_was_built_from(built: Box) -> None:
    labels = json.loads(docker("inspect", "--format", "{{json .Config.Labels}}", built.image).stdout)
    assert labels["torch-starter.accelerator"] == "cpu"
    assert {"torch-starter.spec", "torch-starter.lock", "torch-starter.dockerfile"} <= set(labels)
    tags = docker("images", "--format", "{{.Tag}}", "--filter", f"reference={built.project}-dev").stdout.split()
    assert tags == ["latest"], "no candidate is left"


def test_a_container_is_up_proven_inside_and_confined(box: Box) -> None:
    report = box.up()
    assert report["exit_code"] == 0, report
    assert verdicts(report)["up.folders"] == "ok"
    done = box.inside("torch-starter", "verify-setup", "--json")
    inside = json.loads(done.stdout)
    assert (done.returncode, inside["exit_code"]) == (0, 0), done.stdout
    assert verdicts(inside)["uses.numpy"] == "ok"
    assert verdicts(inside)["system.image"] == "ok"
    assert inside["facts"]["cgroup"]["memory_limit"] == 2100 * 2**20, "the checks see the limit of the container"
    status = box.inside("cat", "/proc/self/status").stdout
    told = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert told["Uid"].split()[0] == "1000"
    assert (int(told["CapEff"], 16), int(told["CapBnd"], 16), told["NoNewPrivs"]) == (0, 0, "1")
    assert box.inside("sh", "-c", "exit 7").returncode == 7, "a command's own status is ours"


def test_what_is_in_a_volume_survives_down_and_up(box: Box) -> None:
    box.up()
    assert box.inside("sh", "-c", "echo kept > data/file && echo kept > ~/.cache/huggingface/file").returncode == 0
    assert box.run("down")[0] == 0
    assert docker("ps", "--all", "--quiet", "--filter", f"name={box.container}").stdout == ""
    box.up()
    assert box.inside("cat", "data/file", "/home/vscode/.cache/huggingface/file").stdout == "kept\nkept\n"


def test_volumes_are_removed_only_where_that_is_asked_for_and_confirmed(box: Box) -> None:
    box.up()
    report = box.json("down", "--volumes")
    assert (report["exit_code"], report["problem"]["code"]) == (2, "down.unconfirmed")
    assert box.inside("true").returncode == 0, "it is up still"
    assert box.json("down", "--volumes", "--dry-run")["exit_code"] == 0
    volumes = ["volume", "ls", "--quiet", "--filter", f"name={box.name}"]
    assert len(docker(*volumes).stdout.split()) == 3
    assert len(box.json("down", "--volumes", "--yes")["changes"]) == 4
    assert docker(*volumes).stdout == ""
    assert box.json("down", "--volumes", "--yes")["changes"] == [], "what is not there is not removed"


def test_what_runs_goes_on_where_nothing_has_changed(box: Box) -> None:
    """Also where the engine refuses a limit: it must be found out before the container is ended."""
    unlimited = {"TORCH_STARTER_ULIMIT_NOFILE": "99999999"}
    box.up(**unlimited)
    docker("exec", "--detach", box.container, "python", "-c", WAITS)
    before = docker("inspect", "--format", "{{.Id}}", box.container).stdout
    report = box.up(**unlimited)
    assert docker("inspect", "--format", "{{.Id}}", box.container).stdout == before
    assert box.inside("cat", "/tmp/pid").returncode == 0
    assert not [note for note in report["notes"] if "anew" in note]
    again = box.up(**unlimited, TORCH_STARTER_CONTAINER_PIDS="900")
    assert [note for note in again["notes"] if "anew" in note], "what was running is said to have ended"


def test_two_at_once_wait_for_each_other(box: Box) -> None:
    both = [box.start("up", "--json") for _ in range(2)]
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert [answer["exit_code"] for answer in answers] == [0, 0], answers


def test_a_mistyped_variable_in_the_env_file_is_named_with_the_one_that_is_meant(box: Box) -> None:
    env = box.root / ".env"
    env.write_text("TORCH_STARTER_CONTAINER_MEMROY=1gb\n")
    env.chmod(0o600)
    try:
        found = next(each for each in box.up()["findings"] if each["id"].startswith("up.variable"))
        assert (found["verdict"], "TORCH_STARTER_CONTAINER_MEMORY" in found["remedy"]) == ("warn", True)
    finally:
        env.unlink()


def test_a_folder_that_the_container_may_not_write_is_said_outside_and_inside(box: Box) -> None:
    subprocess.run(["chown", "0:0", box.root], check=True)
    try:
        report = box.up()
        assert verdicts(report)["up.workspace"] == "warn"
        inside = json.loads(box.inside("torch-starter", "verify-setup", "--quick", "--json").stdout)
        assert verdicts(inside)["system.workspace"] == "warn"
        subprocess.run(
            next(each for each in report["findings"] if each["id"] == "up.workspace")["remedy"].split(", or")[0],
            shell=True,
            check=True,
        )
        assert verdicts(box.up())["up.folders"] == "ok"
    finally:
        subprocess.run(["chown", "-R", "1000:1000", box.root], check=True)


def test_every_shell_has_the_environment(box: Box) -> None:
    box.up()
    prefix = "import numpy, sys; print(sys.prefix)"
    for shell in ([], ["bash", "-c"], ["bash", "-lc"], ["sh", "-lc"], ["env", "-i", "bash", "-lc"]):
        done = box.inside(*shell, f'python -c "{prefix}"') if shell else box.inside("python", "-c", prefix)
        assert done.stdout == "/opt/torch-starter/venv\n", (shell, done.stderr)
    assert box.inside("sh", "-c", "echo $SAMPLE $OMP_NUM_THREADS $MKL_NUM_THREADS").stdout == "from the $spec 1 1\n"


def test_a_host_and_a_container_that_share_the_folder_share_no_interpreter(box: Box) -> None:
    """In turn: each finds its own environment as it left it."""
    assert box.run("setup")[0] == 0
    ours = box.current
    subprocess.run(["chown", "-R", "1000:1000", box.root / ".torch-starter"], check=True)  # we are root, and the container is not
    box.up()
    assert box.inside("torch-starter", "setup", "--dry-run", "--json").returncode == 0
    assert box.python("import sys; print(sys.prefix)").startswith(str(box.root))
    assert json.loads(box.inside("torch-starter", "verify-setup", "--json").stdout)["exit_code"] == 0
    assert box.json("verify-setup", "--quick")["exit_code"] == 0
    assert box.current == ours
    kept = sorted(path.name for path in (box.root / ".torch-starter").iterdir())
    assert len(kept) == 2, kept
    assert [name.endswith("-image") for name in kept] == [True, False]
    assert "envs" not in [path.name for path in (box.root / ".torch-starter" / kept[0]).iterdir()]


def test_a_container_older_than_the_lock_says_so_until_it_is_built_anew(box: Box) -> None:
    box.up()
    lock = box.root / "locks" / "cpu.txt"
    before = lock.read_text()
    lock.write_text(f"{before}# newer\n")
    try:
        inside = json.loads(box.inside("torch-starter", "verify-setup", "--quick", "--json").stdout)
        assert verdicts(inside)["system.image"] == "warn"
        again = box.up()
        assert verdicts(again)["up.image"] == "warn"
        assert "./dev.sh build" in next(each for each in again["findings"] if each["id"] == "up.image")["remedy"]
    finally:
        lock.write_text(before)


def test_credentials_come_when_it_starts_and_are_in_no_layer(box: Box) -> None:
    secret = "hf_" + "x1y2" * 9
    (box.root / ".env").write_text(f"WANDB_API_KEY={secret}\n")
    (box.root / ".env").chmod(0o644)
    try:
        for _ in range(2):  # what others build meanwhile may have taken the place of a step
            assert box.json("build", HF_TOKEN=secret)["exit_code"] == 0
        again = hits.read((box.root / ".torch-starter" / "tests" / "hits.jsonl").read_text())[-1]
        assert again.hit == again.asked > 5, "a second build does no step anew"
        assert (again.cache, again.seconds > 0) == (hits.LAYERS, True)
        report = box.up(HF_TOKEN=secret)
        assert verdicts(report)["up.env-file"] == "warn", "others can read it"
        assert box.inside("sh", "-c", "echo $HF_TOKEN $WANDB_API_KEY").stdout == f"{secret} {secret}\n"
        image = docker("inspect", box.image).stdout + docker("history", "--no-trunc", box.image).stdout
        assert secret not in image
        copied = docker("run", "--rm", "--network=none", box.image, "sh", "-c", "ls -A; env").stdout
        assert ".env\n" not in copied
        assert "HF_TOKEN" not in copied
    finally:
        (box.root / ".env").unlink()


def test_what_debugs_is_there_with_debug_alone(box: Box) -> None:
    """py-spy needs SYS_PTRACE to look into another user's process, and gets it as root alone."""
    spy = ["py-spy", "dump", "--pid"]

    def dump(*words: str) -> tuple[int, str]:
        box.up(*words)
        docker("exec", "--detach", box.container, "python", "-c", WAITS)
        process = box.start("shell", "--root", "--", "sh", "-c", f"until read pid </tmp/pid; do :; done; {' '.join(spy)} $pid")
        out, err = process.communicate(timeout=60)
        return process.returncode, out + err

    code, said = dump()
    assert code != 0, said
    assert "ermission" in said
    code, said = dump("--debug")
    assert (code, "<module>" in said) == (0, True), said
    status = box.inside("cat", "/proc/self/status").stdout
    assert "CapEff:\t0000000000000000" in status, "the container's own user can do no more than before"
