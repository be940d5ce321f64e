"""Rights of containers, what they share with the machine, and their limits."""

from __future__ import annotations

import pytest

from unit.rules.ruling import TORCH, Texts, ask, same

WHOLE = """services:
  a:
    build: .
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    mem_limit: 1gb
    pids_limit: 10
"""


def service(*lines: str) -> str:
    return "services:\n  a: \n    build: .\n" + "".join(f"    {line}\n" for line in lines)


def third(*lines: str) -> str:
    return service(*lines).replace("build: .", "image: x:1")


def dev(*lines: str) -> str:
    return "{\n" + "".join(f"  {line}\n" for line in lines) + '  "image": "x:1"\n}\n'


def debug(*lines: str) -> dict[str, str]:
    return {"compose.yaml": WHOLE, "compose.debug.yaml": "services:\n  a:\n" + "".join(f"    {line}\n" for line in lines)}


CASES: list[tuple[str, str, Texts]] = [
    ("privileged", "fail", service("privileged: true «")),
    ("privileged", "fail", dev('"privileged": true, «')),
    ("privileged", "fail", dev('"runArgs": [', '  "--privileged" «', "],")),
    ("privileged", "ok", service("privileged: false")),
    ("privileged", "ok", service("privileged: true").replace("build: .", "image: docker:27-dind")),
    ("privileged", "skip", "FROM a:1\n"),
    ("capabilities", "fail", service("cap_add:", "  - SYS_ADMIN «")),
    ("capabilities", "fail", service('cap_add: ["CAP_SYS_ADMIN"] «')),
    ("capabilities", "fail", dev('"runArgs": ["--cap-add", "ALL"], «')),
    ("capabilities", "fail", dev('"capAdd": ["SYS_MODULE"], «')),
    ("capabilities", "warn", service("cap_add: [SYS_PTRACE] «")),
    ("capabilities", "ok", dev('"capAdd": ["SYS_PTRACE"],')),
    ("capabilities", "ok", service("cap_add: [SYS_NICE, IPC_LOCK]")),
    ("capabilities", "ok", debug("cap_add: [SYS_PTRACE, SYS_ADMIN]")),
    ("confinement", "fail", service("security_opt:", "  - seccomp:unconfined «", "  - apparmor=unconfined «")),
    ("confinement", "warn", service("devices: [/dev/kfd]", "security_opt: [seccomp=unconfined] «")),
    ("confinement", "warn", dev('"securityOpt": ["seccomp=unconfined"], «')),
    ("confinement", "warn", dev('"runArgs": ["--security-opt", "seccomp=unconfined"], «')),
    ("confinement", "ok", debug("security_opt: [seccomp=unconfined]")),
    ("confinement", "ok", service("security_opt: ['seccomp:./profile.json', 'no-new-privileges:true']")),
    ("cap-drop", "warn", "services:\n  b:\n    image: x:1\n  a: «\n    build: .\n"),
    ("cap-drop", "ok", WHOLE),
    ("cap-drop", "skip", third()),
    ("cap-drop", "skip", {".devcontainer/docker-compose.yml": service()}),
    ("no-new-privileges", "warn", "services:\n  a: «\n    build: .\n    security_opt: ['no-new-privileges:false']\n"),
    ("no-new-privileges", "ok", WHOLE),
    ("no-new-privileges", "ok", WHOLE.replace(":true", "")),
    ("no-new-privileges", "skip", "FROM a:1\n"),
    ("engine-socket", "fail", service("volumes:", "  - ./a:/a", "  - /var/run/docker.sock:/var/run/docker.sock:ro «")),
    ("engine-socket", "fail", service("volumes:", "  - type: bind «", "    source: /run/podman/podman.sock", "    target: /x")),
    ("engine-socket", "warn", third("volumes: [/var/run/docker.sock:/x] «")),
    ("engine-socket", "warn", dev('"mounts": ["source=/var/run/docker.sock,target=/var/run/docker.sock,type=bind"], «')),
    ("engine-socket", "ok", service("volumes: [.:/x]")),
    ("host-namespaces", "warn", service("network_mode: host «", "ipc: host «")),
    ("host-namespaces", "fail", service("pid: host «")),
    ("host-namespaces", "warn", third("pid: host «", "userns_mode: host «")),
    ("host-namespaces", "warn", dev('"runArgs": [', '"--ipc=host", «', '"--network", "host" «', "],")),
    ("host-namespaces", "ok", service("ipc: private", "network_mode: bridge")),
    ("host-namespaces", "ok", debug("pid: host")),
    ("ports", "warn", service("ports:", '  - "8888:8888" «', "  - 6006 «", '  - "0.0.0.0:1:1" «', '  - "[::]:2:2" «')),
    ("ports", "warn", service("ports:", "  - target: 80 «", "    published: 8080")),
    ("ports", "warn", service('ports: ["${PORT:-8888}:8888"] «')),
    ("ports", "warn", dev('"runArgs": ["-p", "8888:8888"], «')),
    ("ports", "ok", service('ports: ["127.0.0.1:8888:8888", "[::1]:1:1", "80:8080", "443:443/tcp", "127.0.0.1:${P:-1}:1"]')),
    ("ports", "ok", service("ports:", "  - {host_ip: 127.0.0.1, published: 1, target: 1}")),
    ("limits", "warn", "services:\n  a: «\n    build: .\n"),
    ("limits", "warn", "services:\n  a: «\n    build: .\n    mem_limit: 1gb\n"),
    ("limits", "ok", WHOLE),
    ("limits", "ok", service("deploy:", "  resources:", "    limits: {memory: 1gb, pids: 10}")),
    ("limits", "ok", {"compose.yaml": service("pids_limit: 5"), "compose.prod.yaml": "services:\n  a:\n    mem_limit: 1gb\n"}),
    ("limits", "skip", service("extends: {file: b.yaml, service: b}")),
    ("compose-version", "warn", 'version: "3.8" «\nservices:\n  a:\n    image: x:1\n'),
    ("compose-version", "ok", WHOLE),
    ("compose-version", "skip", "FROM a:1\n"),
]


@pytest.mark.parametrize(("word", "verdict", "texts"), CASES)
def test_a_right(word: str, verdict: str, texts: Texts) -> None:
    assert same(word, verdict, texts)


def remedies(word: str, text: str) -> str:
    return " | ".join(each.remedy for each in ask(word, text))


def test_what_to_do_is_said_in_the_words_of_the_file() -> None:
    given = dev('"privileged": true, "capAdd": ["SYS_ADMIN"],', '"runArgs": ["--ipc=host", "--pid", "host", "--network=host"],')
    assert 'take `"privileged": true` out' in remedies("privileged", given)
    assert 'take `"capAdd": ["SYS_ADMIN"]` out; a debugger' in remedies("capabilities", given)
    shared = remedies("host-namespaces", given)
    assert 'write "runArgs": ["--shm-size=4gb"] in place of `--ipc=host`' in shared
    assert "take `--pid=host` out of runArgs" in shared
    assert '"forwardPorts": [8888]' in shared
    assert '"forwardPorts": [8888]' in remedies("ports", dev('"runArgs": ["-p", "8888:8888"],'))
    shared += remedies("confinement", dev('"runArgs": ["--security-opt=seccomp=unconfined"],'))
    assert "take `--security-opt=seccomp=unconfined` out of runArgs" in shared
    assert not [word for word in ("compose", "shm_size", "network_mode", "pid: host") if word in shared]
    shared = remedies("host-namespaces", service("ipc: host", "pid: host"))
    assert "write `shm_size: 4gb` in place of `ipc: host`" in shared
    assert "take `pid: host` out" in shared
    assert "compose.debug.yaml" in remedies("confinement", service("security_opt: [seccomp=unconfined]"))


SHM: list[tuple[str, str]] = [
    ("warn", "services:\n  a: «\n    build: .\n"),
    ("warn", service('shm_size: "64m" «')),
    ("warn", service("shm_size: 67108864 «")),
    ("warn", service("shm_size: 256MB «")),
    ("ok", service("shm_size: 2gb")),
    ("ok", service("shm_size: 0.5G")),
    ("ok", service("shm_size: ${SHM}")),
    ("ok", service("ipc: host")),
    ("ok", service("tmpfs: ['/dev/shm:size=2g']")),
    ("ok", service("volumes:", "  - {type: tmpfs, target: /dev/shm}")),
]


@pytest.mark.parametrize(("verdict", "text"), SHM)
def test_room_for_loaders(verdict: str, text: str) -> None:
    assert same("shared-memory", verdict, {"Dockerfile": TORCH, "compose.yaml": text})


def test_a_dev_container_asks_for_room_by_its_arguments() -> None:
    config = '{ «\n  "build": {"dockerfile": "../Dockerfile"},\n  "runArgs": ["--init"]\n}'
    path = ".devcontainer/devcontainer.json"
    assert same("shared-memory", "warn", {"Dockerfile": TORCH, path: config})
    assert same("shared-memory", "ok", {"Dockerfile": TORCH, path: config.replace(" «", "").replace("--init", "--shm-size=4g")})
    small = config.replace(" «", "").replace('"--init"]', '"--shm-size", "64m"] «')
    assert same("shared-memory", "warn", {"Dockerfile": TORCH, path: small})


def test_room_is_also_given_by_a_file_that_is_put_over() -> None:
    texts = {
        "Dockerfile": TORCH,
        "compose.yaml": service("shm_size: 64m"),
        "compose.gpu.yaml": "services:\n  a:\n    shm_size: 8g\n",
    }
    assert same("shared-memory", "ok", texts)
    texts["compose.gpu.yaml"] = texts["compose.gpu.yaml"].replace("8g", "128m «")
    assert same("shared-memory", "warn", texts)


def test_only_what_has_pytorch_needs_room() -> None:
    assert same("shared-memory", "skip", {"Dockerfile": "FROM node:22\nRUN npm ci\n", "compose.yaml": service()})
    assert same("shared-memory", "skip", {"requirements.txt": "torch\n", "compose.yaml": third()})
    image = "services:\n  a: «\n    image: pytorch/pytorch:2.9.1\n"
    assert same("shared-memory", "warn", image)
    assert same("shared-memory", "warn", '{ «\n"image": "pytorch/pytorch:2.9.1"\n}')
    assert same("shared-memory", "warn", {"requirements.txt": "torch\n", "compose.yaml": image})
