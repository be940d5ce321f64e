from __future__ import annotations

import os
from pathlib import Path

import pytest

from torch_starter.caches import huggingface, huggingface_datasets, torch_hub
from unit.caches.homes import BIG, Home

HUB = "home/.cache/huggingface/hub"
MODEL = f"{HUB}/models--org--name"


@pytest.fixture
def here(tmp_path: Path) -> Home:
    """A model of two revisions, of which a name leads to one, with a download that was stopped; and a data set."""
    made = Home(tmp_path)
    for blob in ("new", "old", "both"):
        made.file(f"{MODEL}/blobs/{blob}")
    for revision, blobs in (("aaa", ("new", "both")), ("bbb", ("old", "both"))):
        for blob in blobs:
            made.link(f"{MODEL}/snapshots/{revision}/{blob}.bin", f"../../blobs/{blob}")
    made.file(f"{MODEL}/refs/main", "aaa")
    made.file(f"{MODEL}/blobs/next.incomplete")
    made.file(f"{HUB}/.locks/models--org--name/new.lock", "")
    made.file(f"{HUB}/datasets--org--set/blobs/x")
    made.file(f"{HUB}/version.txt", "1")
    return made


def test_a_repository_is_one_part_with_its_locks(here: Home) -> None:
    found = here.parts(huggingface.CACHE)
    assert found.keys() == {"org/name", "org/name (old)", "org/name (unfinished)", "dataset org/set"}
    whole = found["org/name"]
    assert [os.path.relpath(path, here.folder) for path in whole.paths] == [MODEL, f"{HUB}/.locks/models--org--name"]
    assert 4 * len(BIG) <= whole.size < 5 * len(BIG)  # links count, what they lead to counts once
    assert whole.back.cost == "download"


def test_of_an_old_revision_only_its_own_goes(here: Home) -> None:
    old = here.parts(huggingface.CACHE)["org/name (old)"]
    assert {os.path.relpath(path, here.folder / MODEL) for path in old.paths} == {"snapshots/bbb", "blobs/old"}
    assert old.within == "org/name"
    assert old.detail == "1 revision that no name leads to"


def test_a_model_that_was_asked_for_by_its_hash_is_not_old(here: Home) -> None:
    here.file(f"{HUB}/models--org--pinned/blobs/x")
    here.link(f"{HUB}/models--org--pinned/snapshots/ccc/x", "../../blobs/x")
    assert "org/pinned (old)" not in here.parts(huggingface.CACHE)


def test_a_link_that_leads_out_is_not_followed(here: Home) -> None:
    here.file("elsewhere/blobs/huge")
    here.link(f"{HUB}/models--org--linked", str(here.folder / "elsewhere"))
    here.link(f"{MODEL}/snapshots/aaa/out", str(here.folder / "elsewhere"))
    found = here.parts(huggingface.CACHE)
    assert "org/linked" not in found
    assert found["org/name"].size < 5 * len(BIG)


def test_a_data_set_is_a_part_and_its_lock_says_that_it_is_used(here: Home) -> None:
    root = "home/.cache/huggingface/datasets"
    here.file(f"{root}/org___set/default/x.arrow")
    lock = here.file(f"{root}/_root_datasets_org___set_default.lock", "")
    found = here.parts(huggingface_datasets.CACHE)
    assert found.keys() == {"org___set"}
    assert found["org___set"].holds == (str(lock),)


def test_weights_and_code_of_torch_hub_are_parts(here: Home) -> None:
    here.file("home/.cache/torch/hub/checkpoints/resnet18-f37072fd.pth")
    here.file("home/.cache/torch/hub/pytorch_vision_main/hubconf.py")
    here.file("home/.cache/torch/hub/trusted_list", "")
    assert here.parts(torch_hub.CACHE).keys() == {"resnet18-f37072fd.pth", "pytorch_vision_main"}
