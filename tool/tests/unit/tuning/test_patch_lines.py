"""Settings as lines of their own in a script: of the model, and of torch as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from torch_starter.core.place import Place
from torch_starter.core.tuning import Model, Told
from torch_starter.tuning.patch import edits, source
from unit.tuning.scripts import TRAINING, added, line_of, made, member, patched, told

MODELS: dict[str, dict[str, Any]] = {
    "    model.compile()": {"compile": "default"},
    '    model.compile(mode="reduce-overhead")': {"compile": "reduce-overhead"},
    "    model.to(memory_format=torch.channels_last)": {"channels_last": True},
}


@pytest.mark.parametrize("line", MODELS)
def test_a_line_for_the_model_comes_before_its_optimizer(tmp_path: Path, line: str) -> None:
    now = patched(tmp_path, TRAINING, MODELS[line])
    assert added(TRAINING, now) == [line]
    assert f"{line}\n    optimizer = " in now


@pytest.mark.parametrize(
    "given",
    [
        "self.model.parameters()",
        "[{'params': self.model.parameters(), 'lr': 1}]",
        "(p for n, p in self.model.named_parameters())",
    ],
)
def test_the_model_is_the_one_whose_parameters_are_given(tmp_path: Path, given: str) -> None:
    made_so = f"self.o = AdamW(\n                {given}\n            )\n"
    text = f"class T:\n    def __init__(self):\n        if True:\n            {made_so}"
    assert added(text, patched(tmp_path, text, {"compile": "default"})) == ["            self.model.compile()"]


BY_ITS_MAKING = {
    "parameters of its parts": "net = Net(3).cuda()  # large\nopt = AdamW([*net.a.parameters(), *net.b.parameters()])\nnet(x)\n",
    "parameters listed before": "net = Net()\ngiven = list(net.parameters())\nopt = AdamW(given)\n",
    "no optimizer": "net = Net()\nnet.eval()\nnet(x)\n",
}


@pytest.mark.parametrize("text", BY_ITS_MAKING.values(), ids=BY_ITS_MAKING)
def test_where_the_optimizer_does_not_tell_the_model_its_making_does(tmp_path: Path, text: str) -> None:
    seen: dict[str, Any] = {} if "opt" in text else {"optimizers": []}
    model = [Model(place=Place(str(tmp_path / "train.py"), 3), name="Net")]
    lines = patched(tmp_path, text, {"compile": "default"}, models=model, **seen).splitlines()
    assert lines[1] == "net.compile()"
    assert [*lines[:1], *lines[2:]] == text.splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "for fold in folds:\n    net = Net()\n    train(net)\n",  # compiled again and again
        "a, b = Net(), Net()\nopt = AdamW([*a.parameters(), *b.parameters()])\n",
        "opt = AdamW(self.parameters())\n",
        "if x: opt = AdamW(model.parameters())\n",
        "x = 1; opt = AdamW(model.parameters())\n",
    ],
)
def test_a_model_whose_name_is_unclear_is_for_people(tmp_path: Path, text: str) -> None:
    (edit,) = made(tmp_path, text, {"compile": "default"}, models=[Model(place=Place(str(tmp_path / "train.py"), 1), name="Net")])
    assert (edit.patch, edit.text.partition(" (by hand: ")[0]) == ("", "model.compile() before the optimizer is made")


def test_a_model_for_several_processes_is_for_people(tmp_path: Path) -> None:
    (edit,) = made(tmp_path, TRAINING, {"compile": "default"}, distributed=True)
    assert (edit.patch, "several processes" in edit.text) == ("", True)


SWITCHES: dict[str, dict[str, Any]] = {
    "torch.backends.cudnn.benchmark = True": {"cudnn_benchmark": True},
    'torch.set_float32_matmul_precision("high")': {"float32_precision": "high"},
    "torch.set_num_interop_threads(1)": {"interop_threads": 1},
    'torch.multiprocessing.set_sharing_strategy("file_system")': {"sharing": "file_system"},
}


@pytest.mark.parametrize("line", SWITCHES)
def test_a_switch_comes_behind_the_imports(tmp_path: Path, line: str) -> None:
    now = patched(tmp_path, TRAINING, SWITCHES[line])
    assert now == TRAINING.replace("import images\n", f"import images\n\n{line}\n")


@pytest.mark.parametrize(
    ("text", "turns", "wanted"),
    [
        ("torch.backends.cudnn.benchmark = False\n", {"cudnn_benchmark": True}, "torch.backends.cudnn.benchmark = True\n"),
        ("cudnn.benchmark = args.fast\n", {"cudnn_benchmark": True}, "cudnn.benchmark = True\n"),
        ("torch.set_num_interop_threads(4)\n", {"interop_threads": 1}, "torch.set_num_interop_threads(1)\n"),
        ("torch.set_float32_matmul_precision(precision='highest')\n", {"float32_precision": "high"}, '(precision="high")\n'),
        ("torch.set_num_threads(args.threads)\n", {"threads": 2}, "torch.set_num_threads(2)\n"),
    ],
)
def test_what_the_script_sets_itself_is_set_to_this(tmp_path: Path, text: str, turns: dict[str, Any], wanted: str) -> None:
    text = f"import torch\nmodel(batch)\n{text}"
    assert patched(tmp_path, text, turns).endswith(wanted)


def test_threads_of_a_variable_are_told_where_the_script_sets_them(tmp_path: Path) -> None:
    file = tmp_path / "train.py"
    file.write_text("import torch\ntorch.set_num_threads(8)\n")
    (edit,) = edits(member({}, "threads", OMP_NUM_THREADS="2"), told(file.read_text(), file), source, tmp_path)
    assert "+torch.set_num_threads(2)\n" in edit.patch
    assert edits(member({}, "threads", OMP_NUM_THREADS="2"), Told(kind="training"), source, tmp_path) == []


def test_another_name_of_torch_is_used(tmp_path: Path) -> None:
    now = patched(tmp_path, "import torch as t\n\nmodel(batch)\n", {"cudnn_benchmark": True})
    assert now == "import torch as t\n\nt.backends.cudnn.benchmark = True\n\nmodel(batch)\n"


@pytest.mark.parametrize(
    "text", ["from torch import nn\nmodel(batch)\n", "import torch; model(batch)\n", "try:\n    import torch\nexcept E: 0\n"]
)
def test_where_torch_has_no_line_of_its_own_it_is_for_people(tmp_path: Path, text: str) -> None:
    model = [Model(place=Place(str(tmp_path / "train.py"), 1))]
    (edit,) = made(tmp_path, text, {"cudnn_benchmark": True}, models=model)
    assert (edit.patch, "(by hand: " in edit.text) == ("", True)


def test_gradients_as_views_are_asked_of_what_is_made_once(tmp_path: Path) -> None:
    text = "from torch.nn.parallel import DistributedDataParallel as DDP\nmodel = DDP(net, device_ids=[0])\nmodel(batch)\n"
    assert "DDP(net, device_ids=[0], gradient_as_bucket_view=True)" in patched(tmp_path, text, {"bucket_view": True})


def test_computing_in_another_type_is_for_people(tmp_path: Path) -> None:
    (edit,) = made(tmp_path, TRAINING, {"autocast": "bfloat16"}, device="cuda:0")
    assert edit.patch == ""
    assert 'torch.autocast("cuda", torch.bfloat16)' in edit.text
    assert edit.place == Place("train.py", line_of(TRAINING, "model(batch)"))


def test_what_has_no_place_in_a_script_is_no_edit(tmp_path: Path) -> None:
    assert made(tmp_path, TRAINING, {"affinity": [0, 1]}) == []
    assert edits(member({}, "wait-policy", OMP_WAIT_POLICY="PASSIVE"), Told(kind="training"), source, tmp_path) == []
