"""Settings as keywords of calls in a script, in patches that git takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from torch_starter.core.place import Place
from torch_starter.core.tuning import Loader, Optimizer, Told
from torch_starter.tuning.patch import edits, source
from unit.tuning.scripts import WORKERS, made, member, patched

CALLS = {
    "in one line": ("DataLoader(images)", "DataLoader(images, num_workers=2)"),
    "nothing given": ("DataLoader()", "DataLoader(num_workers=2)"),
    "a comma at the end": ("DataLoader(images,)", "DataLoader(images, num_workers=2,)"),
    "another number": ("DataLoader(images, num_workers=0)", "DataLoader(images, num_workers=2)"),
    "an expression": ("DataLoader(images, num_workers=os.cpu_count() or 1)", "DataLoader(images, num_workers=2)"),
    "without its name": ("DataLoader(i, 8, True, None, None, 0, f)", "DataLoader(i, 8, True, None, None, 2, f)"),
    "in brackets of its own": ("DataLoader((images))", "DataLoader((images), num_workers=2)"),
    "a module before it": ("torch.utils.data.DataLoader(images)", "torch.utils.data.DataLoader(images, num_workers=2)"),
    "brackets around it": ("(DataLoader)(images)", "(DataLoader)(images, num_workers=2)"),
    "signs of other scripts": ('DataLoader("ä€😀", 4)', 'DataLoader("ä€😀", 4, num_workers=2)'),
    "a text with brackets": ('DataLoader(f"(,{x[0]}")', 'DataLoader(f"(,{x[0]}", num_workers=2)'),
    "lines of their own": (
        "DataLoader(\n    images,\n    batch_size=4,  # few\n)",
        "DataLoader(\n    images,\n    batch_size=4,  # few\n    num_workers=2,\n)",
    ),
    "no comma behind the last line": (
        "DataLoader(\n    images,\n    batch_size=4\n)",
        "DataLoader(\n    images,\n    batch_size=4,\n    num_workers=2\n)",
    ),
    "a comment behind the last line": (
        "DataLoader(\n    images,\n    batch_size=4  # few\n)",
        "DataLoader(\n    images,\n    batch_size=4, num_workers=2  # few\n)",
    ),
    "a comment before the bracket": (
        "DataLoader(\n    images,\n    # shuffle=True,\n)",
        "DataLoader(\n    images,\n    num_workers=2,\n    # shuffle=True,\n)",
    ),
    "a long last argument": (
        "DataLoader(\n    images,\n    collate_fn=[\n        f,\n    ],\n)",
        "DataLoader(\n    images,\n    collate_fn=[\n        f,\n    ],\n    num_workers=2,\n)",
    ),
}


@pytest.mark.parametrize(("call", "wanted"), CALLS.values(), ids=CALLS)
def test_a_call_is_given_a_keyword_and_keeps_all_else(tmp_path: Path, call: str, wanted: str) -> None:
    text = f"from torch.utils.data import DataLoader\n\ndata = {call}  # the data\nrest = 1\n"
    loaders = [Loader(place=Place(str(tmp_path / "train.py"), 3))]
    assert patched(tmp_path, text, WORKERS, loaders=loaders) == text.replace(call, wanted)


def test_several_keywords_at_once_and_what_has_its_value_already_is_left(tmp_path: Path) -> None:
    text = "from torch.utils.data import DataLoader\ndata = DataLoader(images, pin_memory=True, persistent_workers=False)\n"
    turns = {"loader": {"num_workers": 2, "pin_memory": True, "persistent_workers": True}}
    assert "(images, pin_memory=True, persistent_workers=True, num_workers=2)" in patched(tmp_path, text, turns)


def test_what_the_script_says_already_is_no_edit(tmp_path: Path) -> None:
    assert made(tmp_path, "data = DataLoader(images, num_workers=2)\n", WORKERS) == []


def test_without_workers_nothing_is_asked_of_them(tmp_path: Path) -> None:
    text = "data = DataLoader(images, num_workers=4, persistent_workers=True, prefetch_factor=4)\n"
    now = patched(tmp_path, text, {"loader": {"num_workers": 0}})
    assert "(images, num_workers=0, persistent_workers=False, prefetch_factor=None)" in now


def test_a_stream_of_data_gets_no_workers(tmp_path: Path) -> None:
    text = "data = DataLoader(images)\n"
    loaders = [Loader(place=Place(str(tmp_path / "train.py"), 1), iterable=True)]
    assert made(tmp_path, text, WORKERS, loaders=loaders) == []


def test_a_class_that_was_renamed_is_known_by_what_it_is(tmp_path: Path) -> None:
    text = "from torch.utils.data import DataLoader as Loader\ndata = Loader(images)\n"
    loaders = [Loader(place=Place(str(tmp_path / "train.py"), 2))]
    assert patched(tmp_path, text, WORKERS, loaders=loaders) == text.replace("(images)", "(images, num_workers=2)")


UNCLEAR = {
    "what it is given is made elsewhere: **": "data = DataLoader(images, **options)\n",
    "what it is given is made elsewhere: *": "data = DataLoader(*options)\n",
    "its only argument needs brackets first": "keep(DataLoader(x for x in images), 1)\n",
    "several": "data = DataLoader(a), DataLoader(b)\n",
    "a library may do it": "trainer.fit(x)  # DataLoader(\n",
    "could not be read as Python": "data = DataLoader(a\n",
}


@pytest.mark.parametrize("why", UNCLEAR)
def test_what_cannot_be_done_mechanically_is_told_with_its_place(tmp_path: Path, why: str) -> None:
    (edit,) = made(tmp_path, UNCLEAR[why], WORKERS)
    assert edit.patch == ""
    assert edit.text.startswith("give DataLoader num_workers=2 (by hand: ")
    assert why.removeprefix("what it is ") in edit.text
    assert edit.place == Place("train.py", 1)


def test_a_keyword_of_a_call_with_stars_is_replaced_where_it_is_seen(tmp_path: Path) -> None:
    text = "data = DataLoader(images, num_workers=0, **options)\n"
    assert patched(tmp_path, text, WORKERS) == text.replace("=0", "=2")


def test_files_elsewhere_and_things_made_nowhere_are_told(tmp_path: Path) -> None:
    library = tmp_path / "library.py"
    library.write_text("data = DataLoader(images)\n")
    project = tmp_path / "project"
    seen = Told(kind="training", loaders=[Loader(place=Place(str(library), 1)), Loader()])
    elsewhere, nowhere = edits(member(WORKERS), seen, source, project)
    assert ("outside of this project" in elsewhere.text, elsewhere.place) == (True, Place(str(library), 1))
    assert ("not seen" in nowhere.text, nowhere.place) == (True, None)


@pytest.mark.parametrize(
    ("call", "turn", "wanted"),
    [
        ("AdamW(model.parameters())", "fused", "AdamW(model.parameters(), fused=True)"),
        ("AdamW(model.parameters(), foreach=True)", "fused", "AdamW(model.parameters(), foreach=None, fused=True)"),
        ("AdamW(model.parameters(), fused=False)", "fused", "AdamW(model.parameters(), fused=True)"),
        ("AdamW(\n    model.parameters(),\n)", "foreach", "AdamW(\n    model.parameters(),\n    foreach=True,\n)"),
    ],
)
def test_an_optimizer_is_given_how_it_computes(tmp_path: Path, call: str, turn: str, wanted: str) -> None:
    text = f"optimizer = torch.optim.{call}\n"
    assert patched(tmp_path, text, {"optimizer": turn}) == text.replace(call, wanted)


def test_an_optimizer_of_the_users_own_is_left_alone(tmp_path: Path) -> None:
    text = "optimizer = Mine(model.parameters())\n"
    mine = [Optimizer(place=Place(str(tmp_path / "train.py"), 1), name="Mine", known=False)]
    assert made(tmp_path, text, {"optimizer": "fused"}, optimizers=mine) == []
