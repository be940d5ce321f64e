"""Where caches are, by the rules of the programs that keep them."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.core.catalog import collect
from torch_starter.core.kinds import Cache
from torch_starter.core.spec import Spec
from unit.caches.homes import Home, of_spec

CACHES = {cache.name: cache for cache in collect("caches", Cache)}


def test_all_that_the_guide_names_is_known() -> None:
    assert CACHES.keys() == {
        *("huggingface", "huggingface-datasets", "huggingface-xet", "torch-hub", "uv", "pip", "inductor", "triton"),
        *("torch-extensions", "matplotlib", "wandb", "container-build", "container-volumes", "project", "training-logs"),
        *("checkpoints", "data", "environments", "torch-starter", "mirror"),
    }


def test_each_says_what_it_is_and_where_its_rules_are_from() -> None:
    assert not [name for name, cache in CACHES.items() if not (cache.title and cache.about.endswith(".") and cache.source)]
    assert not [name for name in CACHES if "/" in name or "," in name or " " in name]  # --only takes them apart there


@pytest.mark.parametrize(
    ("name", "variables", "wanted"),
    [
        ("huggingface", {}, "H/.cache/huggingface/hub"),
        ("huggingface", {"HF_HOME": "/x"}, "/x/hub"),
        ("huggingface", {"HF_HOME": "/x", "HF_HUB_CACHE": "/y"}, "/y"),
        ("huggingface", {"HUGGINGFACE_HUB_CACHE": "/z"}, "/z"),
        ("huggingface", {"XDG_CACHE_HOME": "/c"}, "/c/huggingface/hub"),
        ("huggingface", {"HF_HOME": "~/mine"}, "H/mine/hub"),
        ("huggingface-datasets", {"HF_HOME": "/x"}, "/x/datasets"),
        ("huggingface-datasets", {"HF_DATASETS_CACHE": "/d"}, "/d"),
        ("huggingface-xet", {}, "H/.cache/huggingface/xet"),
        ("torch-hub", {"TORCH_HOME": "/t"}, "/t/hub"),
        ("uv", {}, "H/.cache/uv"),
        ("uv", {"UV_CACHE_DIR": "/u"}, "/u"),
        ("pip", {"PIP_CACHE_DIR": "/p"}, "/p"),
        ("inductor", {"TORCHINDUCTOR_CACHE_DIR": "/i"}, "/i"),
        ("inductor", {"TMPDIR": "/t", "USER": "ada"}, "/t/torchinductor_ada"),
        ("triton", {"TRITON_HOME": "/t"}, "/t/.triton/cache"),
        ("torch-extensions", {"TORCH_EXTENSIONS_DIR": "/e"}, "/e"),
        ("matplotlib", {"MPLCONFIGDIR": "/m"}, "/m"),
        ("wandb", {"WANDB_CACHE_DIR": "/w"}, "/w"),
        ("mirror", {}, "P/.torch-starter/mirror"),
        ("project", {}, "P"),
    ],
)
def test_a_cache_is_where_its_program_puts_it(
    name: str, variables: dict[str, str], wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Home(tmp_path, None, None, **variables)
    monkeypatch.setenv("HOME", str(here.home))
    first = str(next(iter(CACHES[name].roots(here.lookout))))
    assert first == wanted.replace("H/", f"{here.home}/").replace("P", str(here.root), 1 if wanted[0] == "P" else 0)


def test_the_spec_names_a_folder_unless_one_is_exported(tmp_path: Path) -> None:
    spec = Spec(caches={"huggingface": of_spec("models", "HF_HOME")})
    assert next(iter(CACHES["huggingface"].roots(Home(tmp_path, spec=spec).lookout))) == tmp_path / "project" / "models" / "hub"
    assert next(iter(CACHES["huggingface"].roots(Home(tmp_path, spec=spec, HF_HOME="/x").lookout))) == Path("/x/hub")


@pytest.mark.parametrize("name", sorted(CACHES.keys() - {"container-build", "container-volumes"}))
def test_a_home_with_nothing_in_it_has_no_parts(name: str, tmp_path: Path) -> None:
    here = Home(tmp_path, TMPDIR=str(tmp_path))
    assert here.parts(CACHES[name]) == {}


def test_a_place_that_would_be_below_a_file_is_not_there_and_one_that_is_a_file_is_shut(tmp_path: Path) -> None:
    home = Home(tmp_path)
    lock = home.file("project/.torch-starter/mirror.lock")
    (tmp_path / "loop").symlink_to("loop")  # into which nobody can look
    assert home.lookout.closed([lock / "envs", tmp_path / "nowhere", tmp_path]) == {}
    assert home.lookout.closed([lock, tmp_path / "loop"]).keys() == {str(lock), str(tmp_path / "loop")}
