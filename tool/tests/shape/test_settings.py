"""Each setting is a file of its name; whatever it plans is read back under the label that it has."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import get_args

import pytest

from shape.source import MODULES
from shape.test_floors import ours
from torch_starter.core.catalog import collect
from torch_starter.core.facts import Absent
from torch_starter.core.kinds import Setting
from torch_starter.core.tuning import Bound, Loader, Model, Optimizer, Safety, Subject, Told, Value
from torch_starter.core.variables import judged, wanted
from torch_starter.harness import turns
from unit.settings import subjects

SETTINGS = collect("settings", Setting)
TRIED = [setting for setting in SETTINGS if setting.safety != "semantics"]
SENTENCES = ("title", "about", "source")
FOLDER = [module for module in MODULES if module.folder == "settings"]
BOUNDS = {"memory": 0.5, "launch": 0.5, "data": 0.5}
BARE = Subject(Told(kind="none"))
ALL = [
    BARE,
    subjects.subject(libraries=subjects.LIBRARIES, bounds=BOUNDS),
    subjects.subject(subjects.told(loaders=[subjects.WORKING], threads_set=[subjects.PLACE]), nodes=((0, 1, 2, 3), (4, 5, 6, 7))),
    subjects.subject(
        subjects.told(effect={"wait policy": "passive", "glibc": "2.31"}), libc="musl", huge_pages="", bounds=BOUNDS
    ),
    subjects.subject(subjects.told(loaders=[Loader(iterable=True)], optimizers=[], models=[], threads_set=[])),
    subjects.subject(Told(kind="inference", models=[Model(compiled=True)], optimizers=[Optimizer(known=True, fused=True)])),
    subjects.on_gpu(bounds=BOUNDS),
    subjects.on_gpu(loaders=[subjects.WORKING], device_memory=79 << 30, effect={"module loading": "eager"}),
    subjects.on_gpu(world=1, effect={"capability": "7.5", "cuda allocator": ""}),
]
IN_EFFECT: Mapping[str, Mapping[str, Mapping[str, str]]] = {  # what is read back where a value is in effect
    "allocator": {
        "tcmalloc": {"malloc": "libtcmalloc_minimal.so.4.5.10"},
        "jemalloc": {
            "malloc": "libjemalloc.so.2",
            "jemalloc": "background_thread:true,dirty_decay_ms:-1,muzzy_decay_ms:-1,metadata_thp:auto,oversize_threshold:0",
        },
        "mimalloc": {"malloc": "libmimalloc.so.2.0"},
        "glibc, keeps all": {"malloc": "libc.so.6", "glibc keeps": "all"},
        "glibc, keeps up to 32 MiB": {"malloc": "libc-2.31.so", "glibc keeps": "up to 32 MiB"},
    },
    "affinity": {"close": {"openmp binding": "close", "openmp places": "4"}},
    "numa-node": {"CPUs 0-3": {"affinity": "0-3"}},
    "cuda-allocator": {"expandable_segments": {"cuda allocator": "expandable_segments:True,max_split_size:-1"}},
    "precision": {
        "tf32": {"float32 precision": "high"},
        "bf16-products": {"float32 precision": "medium"},
        "bfloat16": {"autocast": "bfloat16", "float32 precision": "highest"},
    },
}
NAMES = {  # of what is read back, for settings whose label that is
    "threads": "threads",
    "interop-threads": "interop threads",
    "wait-policy": "wait policy",
    "huge-pages": "huge pages",
    "workers": "loader workers",
    "prefetch": "loader prefetch",
    "persistent-workers": "loader persistent",
    "pinned-memory": "loader pinned",
    "sharing": "sharing",
    "channels-last": "memory format",
    "optimizer": "optimizer",
    "compile": "compile",
    "cudnn-autotune": "cudnn benchmark",
    "module-loading": "module loading",
    "bucket-view": "bucket view",
}
each = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
each_tried = pytest.mark.parametrize("setting", TRIED, ids=lambda setting: setting.name)


def planned(setting: Setting, subject: Subject) -> list[Value]:
    """Values for a subject; nothing but Absent may be raised."""
    try:
        return list(setting.available(subject))
    except Absent:
        return []


def everything(setting: Setting) -> list[Value]:
    return [value for subject in ALL for value in planned(setting, subject)]


@each
def test_a_setting_says_what_it_is_in_a_file_of_its_name(setting: Setting) -> None:
    module = importlib.import_module(f"torch_starter.settings.{setting.name.replace('-', '_')}")
    assert module.SETTING is setting
    assert not [field for field in SENTENCES if not getattr(setting, field).strip()]
    assert setting.about.endswith(".")
    assert setting.safety in get_args(Safety)
    assert setting.bounds
    assert set(setting.bounds) <= set(get_args(Bound))


def test_there_are_settings_of_every_class_and_against_every_bound() -> None:
    assert len(SETTINGS) > 20
    assert {setting.safety for setting in SETTINGS} == set(get_args(Safety))
    assert {bound for setting in SETTINGS for bound in setting.bounds} == set(get_args(Bound))


@each
def test_its_values_are_few_and_somebody_has_one(setting: Setting) -> None:
    assert everything(setting)
    assert max(len(planned(setting, subject)) for subject in ALL) <= 3
    for subject in ALL:
        labels = [value.label for value in planned(setting, subject)]
        assert sorted(set(labels)) == sorted(labels)


@each
def test_where_it_does_not_apply_it_says_why(setting: Setting) -> None:
    assert all(planned(setting, subject) or subjects.absent(setting, subject) for subject in ALL)


@each_tried
def test_what_is_tried_turns_something_and_is_read_back_by_its_label(setting: Setting) -> None:
    for value in everything(setting):
        assert value.variables or value.turns
        assert all(isinstance(text, str) for pair in value.variables.items() for text in pair)
        effect = IN_EFFECT[setting.name][value.label] if setting.name in IN_EFFECT else {NAMES[setting.name]: value.label}
        assert setting.read(effect) == value.label
        assert setting.read({}) != value.label


@each_tried
def test_what_is_in_effect_already_is_not_tried(setting: Setting) -> None:
    for subject in ALL:
        assert setting.read(subject.told.effect) not in [value.label for value in planned(setting, subject)]


@each
def test_what_is_only_suggested_turns_nothing_and_says_what_to_do(setting: Setting) -> None:
    suggested = setting.safety == "semantics"
    assert suggested == (not any(value.variables or value.turns for value in everything(setting)))
    assert bool(setting.edit) >= (suggested or setting.code)


@each
def test_what_is_made_from_inside_has_its_place_in_the_script(setting: Setting) -> None:
    made = {name for value in everything(setting) for name in value.turns}
    assert setting.code == bool(made)
    assert made <= {"affinity", *turns.FILES}


def test_every_turn_is_of_a_setting() -> None:
    made = {name for setting in SETTINGS for value in everything(setting) for name in value.turns}
    assert made == {"affinity", *turns.FILES}


@each
def test_the_variables_that_it_sets_are_read_and_have_right_values(setting: Setting) -> None:
    """As `verify-setup` judges them: what is proven may become a variable of the spec."""
    pairs = [pair for value in everything(setting) for pair in value.variables.items() if pair[0] in judged()]
    assert not [name for name, text in pairs if wanted(judged()[name], text)]


def test_a_setting_is_pure() -> None:
    """It plans from what it is given: it imports the core and its neighbours alone."""
    assert len(FOLDER) > 20
    folders = {name.split(".")[1] for module in FOLDER for name in ours(module)}
    assert folders == {"core", "settings"}
    outside = {"os", "pathlib", "subprocess", "platform", "sys"}
    assert not [module.name for module in FOLDER if module.imports() & outside or "open" in module.calls()]
