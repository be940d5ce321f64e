"""All rules on whatever files may hold: each answers, and what it finds has its place, its reason and its instruction."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from torch_starter.core.container_files import ContainerFiles
from torch_starter.core.facts import Absent
from torch_starter.core.report import Finding
from torch_starter.parsers.read import read
from torch_starter.rules._sights import judged
from unit.rules.ruling import RULES

TOKEN = "hf_" + "abcdefghijklmnop"  # not a real one
WORDS = [
    *(
        "CUDA_VISIBLE_DEVICES",
        "all",
        "${X:-}",
        "$X",
        "$$",
        "''",
        '"',
        "TORCH_NUM_THREADS",
        "LD_LIBRARY_PATH",
        "HF_TOKEN",
        "PYTHONHASHSEED",
    ),
    *(
        "PYTORCH_ALLOC_CONF",
        "max_split_size_mb:128",
        "OMP_NUM_THREADS",
        "8",
        "-1",
        "/usr/local/cuda/lib64",
        TOKEN,
        "true",
    ),
    *(
        "host",
        "SYS_ADMIN",
        "ALL",
        "seccomp:unconfined",
        "/var/run/docker.sock:/x",
        "8888:8888",
        ".",
        ":",
        "::",
        "a:b:c:d",
        "/etc:/x",
        "~/.ssh:/x",
        "64m",
        "root",
        "../Dockerfile",
        "~",
        "/",
        "{a,b}",
    ),
    *(
        "nvidia/cuda:1-devel",
        "python",
        "latest",
        "https://a/whl/cu118",
        "http://u:p@a",
        "torch==2.9",
        "\u0000",
        "\ud800",
        "é",
        "=",
        "[",
        "]",
    ),
]
PROGRAMS = [
    "pip install",
    "uv sync",
    "uv venv",
    "apt-get install",
    "apt-get update",
    "curl x |",
    "sh -c",
    "rm -rf",
    "chmod -R 777",
    "nvcc",
    "jupyter lab --ip=* --ServerApp.token=",
    "cd",
    "<<E",
    "&&",
    "\\",
]
KEYWORDS = [
    "FROM",
    "RUN",
    "ENV",
    "ARG",
    "COPY",
    "ADD",
    "USER",
    "WORKDIR",
    "HEALTHCHECK",
    "CMD",
    "ENTRYPOINT",
    "COPY .env id_rsa",
    "COPY --from=0",
    "RUN --mount=type=cache",
    "E",
    "#",
]
KEYS = [
    *(
        "privileged",
        "cap_add",
        "cap_drop",
        "security_opt",
        "environment",
        "volumes",
        "ports",
        "build",
        "image",
        "deploy",
        "gpus",
        "runtime",
    ),
    *(
        "ipc",
        "pid",
        "network_mode",
        "shm_size",
        "mem_limit",
        "pids_limit",
        "user",
        "env_file",
        "healthcheck",
        "depends_on",
        "restart",
        "command",
        "entrypoint",
        "<<",
    ),
]
DEV = [
    "image",
    "build",
    "runArgs",
    "containerEnv",
    "remoteEnv",
    "mounts",
    "features",
    "hostRequirements",
    "dockerComposeFile",
    "capAdd",
    "postCreateCommand",
    "remoteUser",
    "extensions",
]
WORD = st.sampled_from(WORDS)
LINE = st.tuples(st.sampled_from(KEYWORDS), st.lists(st.sampled_from(PROGRAMS + WORDS), max_size=4)).map(
    lambda it: " ".join([it[0], *it[1]])
)
DOCKERFILE = st.lists(LINE, max_size=8).map(lambda lines: "\n".join(["FROM a:1 AS b", *lines]))
VALUE = st.recursive(
    st.one_of(st.none(), WORD.map(repr)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda it: f"[{', '.join(str(each) for each in it)}]"),
        st.dictionaries(
            st.sampled_from([*WORDS[:3], "context", "dockerfile", "target", "type", "source", "gpu", "x"]), inner, max_size=3
        ).map(lambda it: "{" + ", ".join(f"'{key}': {each}" for key, each in it.items()) + "}"),
    ),
    max_leaves=6,
)


def maps(keys: list[str]) -> st.SearchStrategy[str]:
    inner = st.dictionaries(st.sampled_from(keys), VALUE, max_size=6)
    return inner.map(lambda it: "{" + ", ".join(f'"{key}": {each}' for key, each in it.items()) + "}")


FILES = st.fixed_dictionaries(
    {"Dockerfile": DOCKERFILE, "compose.yaml": maps(KEYS).map(lambda it: f"services: {{a: {it}, b: {{build: .}}}}")},
    optional={
        "compose.gpu.yaml": maps(KEYS).map(lambda it: f"services: {{a: {it}}}"),
        ".devcontainer/devcontainer.json": maps(DEV),
        ".env": st.lists(st.tuples(WORD, WORD).map("=".join), max_size=4).map("\n".join),
        ".dockerignore": st.lists(WORD, max_size=4).map("\n".join),
        "requirements.txt": st.just("torch\n"),
    },
)


def ask(files: ContainerFiles, word: str) -> list[Finding]:
    """What a rule says; nothing where it does not apply."""
    with contextlib.suppress(Absent):
        return list(judged(RULES[word], files))
    return []


@given(FILES)
def test_every_rule_answers_whatever_files_hold(texts: dict[str, str]) -> None:
    files = read(texts, {".env": "644"})
    for each in (finding for word in RULES for finding in ask(files, word)):
        assert each.seen
        assert TOKEN not in f"{each.seen}{each.wanted}{each.remedy}"
        if each.verdict == "ok":
            assert (each.place, each.remedy) == (None, "")
        else:
            assert each.wanted
            assert each.remedy
            assert each.place is not None
            assert 1 <= (each.place.line or 1) <= texts[each.place.file].count("\n") + 1
