"""Turns in real scripts of many kinds: each is made, or says why not, and no script is broken by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from real._trial import Script, script
from torch_starter.core.tuning import Value

HEAD = """
import copy, io, json, sys
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset
def told(**words): print(json.dumps(words))
"""
LOADERS = (
    HEAD
    + """
class Threads(Dataset):
    def __len__(self): return 4
    def __getitem__(self, index): return torch.get_num_threads()
class Endless(IterableDataset):
    def __iter__(self): return iter(range(4))
class Own(DataLoader):
    def __init__(self, data):
        super().__init__(data, 2, num_workers=3, prefetch_factor=7)
if __name__ == "__main__":
    if "spawn" in sys.argv:
        torch.multiprocessing.set_start_method("spawn")
    torch.set_num_threads(2)
    own, plain, endless = Own(Threads()), DataLoader(Threads(), 2), DataLoader(Endless(), 2, num_workers=1)
    told(
        workers=[each.num_workers for each in (own, plain, endless)],
        prefetch=[each.prefetch_factor for each in (own, plain, endless)],
        threads=[torch.get_num_threads(), *torch.cat(list(plain)).tolist()],
        numbers=torch.cat(list(endless)).tolist(),
        attributes=sorted(set(vars(plain)) - set(vars(own))),
    )
"""
)
OPTIMIZERS = (
    HEAD
    + """
class Own(torch.optim.AdamW):
    def __init__(self, params): super().__init__(params, lr=0.5)
def ways(optimizer): return [[group["fused"], group["foreach"]] for group in optimizer.param_groups]
model = torch.nn.Linear(2, 2)
groups, others = [{"params": model.parameters(), "lr": 0.25}], [{"params": model.parameters(), "lr": 0.25}]
own_groups = torch.optim.Adam(groups)
told(
    plain=ways(torch.optim.SGD(model.parameters(), 0.1)),
    own=ways(Own(model.parameters())),
    groups=[ways(own_groups), len(groups[0]["params"]), own_groups.param_groups[0] is groups[0]],
    named=ways(torch.optim.Adam(list(model.named_parameters()))),
    told=ways(torch.optim.AdamW(model.parameters(), fused=False, foreach=True)),
    refused=ways(torch.optim.Adam(model.parameters(), differentiable=True)),
    refused_groups=[ways(torch.optim.Adam(others, differentiable=True)), others[0]["lr"], len(others[0]["params"])],
)
"""
)
MODELS = (
    HEAD
    + """
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.part = torch.nn.Linear(4, 4)
    def forward(self, x): return {"out": (self.part(x), [self.part(x)])}
torch.manual_seed(0)
net, x = Net(), torch.randn(2, 4)
net(x)
other = copy.deepcopy(net)
with torch.no_grad():
    other.part.weight.zero_()
    other.part.bias.fill_(2.0)
saved = io.BytesIO()
torch.save(net, saved)
saved.seek(0)
loaded = torch.load(saved, weights_only=False)
answer = net(x)["out"]
told(
    kinds=[type(answer).__name__, type(answer[1]).__name__],
    type=str(answer[0].dtype),
    exact=bool(torch.equal(answer[0], net.part(x))),
    copy=other(x)["out"][0].flatten().tolist(),
    loaded=bool(torch.allclose(loaded(x)["out"][0], net.part(x))),
    compiled=[each._compiled_call_impl is not None for each in (net, other, loaded)],
    keys=list(net.state_dict()),
)
"""
)
SETTLED = (
    HEAD
    + """
torch.set_num_interop_threads(2)
torch.set_float32_matmul_precision("highest")
torch.multiprocessing.set_sharing_strategy("file_descriptor")
torch.backends.cudnn.benchmark = False
torch.nn.Linear(1, 1)(torch.ones(1, 1))
told(
    interop=torch.get_num_interop_threads(),
    precision=torch.get_float32_matmul_precision(),
    sharing=torch.multiprocessing.get_sharing_strategy(),
    cudnn=torch.backends.cudnn.benchmark,
)
"""
)
TRAINING = (
    HEAD
    + """
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.AdamW(model.parameters())
if RESUMES:
    saved = optimizer.state_dict()
    saved["param_groups"][0]["fused"] = None
    optimizer.load_state_dict(saved)
for batch, in DataLoader(TensorDataset(torch.randn(400, 4)), 4):
    optimizer.zero_grad()
    model(batch).mean().backward()
    optimizer.step()
"""
)
RANKS = "import torch.distributed as dist\ndist.init_process_group('gloo')\n" + TRAINING.replace("RESUMES", "False").replace(
    "optimizer = ", "model = torch.nn.parallel.DistributedDataParallel(model)\noptimizer = "
)
TRAINER = """
import torch
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments
model = GPT2LMHeadModel(GPT2Config(n_layer=1, n_head=2, n_embd=16, vocab_size=64, n_positions=16))
data = [{"input_ids": torch.arange(16), "labels": torch.arange(16)}] * 400
arguments = TrainingArguments("out", per_device_train_batch_size=2, report_to=[], max_steps=100, use_cpu=True)
Trainer(model=model, args=arguments, train_dataset=data).train()
"""


def finished(current: Path, folder: Path, text: str, turns: dict[str, Any], *words: str) -> dict[str, Any]:
    """What a script told when it had come to its end with turns in force."""
    return dict(json.loads(script(current, folder, text).finish(turns, *words)))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_every_loader_is_turned_but_one_whose_data_is_iterable(current: Path, tmp_path: Path, method: str) -> None:
    turns = {"threads": 1, "loader": {"num_workers": 2, "persistent_workers": True}}
    assert finished(current, tmp_path, LOADERS, turns, method) == {
        "workers": [2, 2, 1],
        "prefetch": [7, 2, 2],
        "threads": [1] * 5,
        "numbers": [0, 1, 2, 3],
        "attributes": [],
    }


def test_without_workers_what_is_of_them_goes_too(current: Path, tmp_path: Path) -> None:
    told = finished(current, tmp_path, LOADERS, {"loader": {"num_workers": 0}, "threads": 2})
    assert told["workers"] == [0, 0, 1]
    assert told["prefetch"] == [None, None, 2]
    assert told["threads"] == [2] * 5


def test_what_torch_says_to_its_own_workers_holds(current: Path, tmp_path: Path) -> None:
    told = finished(current, tmp_path, LOADERS, {"loader": {"num_workers": 1}, "threads": 2})
    assert told["threads"] == [2, 1, 1, 1, 1]


def test_optimizers_of_torch_compute_as_they_are_turned_or_as_the_script_has_it(current: Path, tmp_path: Path) -> None:
    assert finished(current, tmp_path, OPTIMIZERS, {"optimizer": "fused"}) == {
        "plain": [[True, None]],
        "own": [[True, None]],
        "groups": [[[True, None]], 2, True],
        "named": [[True, None]],
        "told": [[True, None]],
        "refused": [[None, None]],
        "refused_groups": [[[None, None]], 0.25, 2],
    }


def test_a_model_computes_with_fewer_digits_and_its_copies_with_their_own_weights(current: Path, tmp_path: Path) -> None:
    told = finished(current, tmp_path, MODELS, {"autocast": "bfloat16", "compile": "default"})
    assert told["kinds"] == ["tuple", "list"]
    assert told["type"] == "torch.float32"
    assert not told["exact"]
    assert told["copy"] == [2.0] * 8
    assert told["loaded"]
    assert told["compiled"] == [True, False, False]
    assert told["keys"] == ["part.weight", "part.bias"]


def test_without_a_turn_it_computes_as_it_did(current: Path, tmp_path: Path) -> None:
    told = finished(current, tmp_path, MODELS, {"channels_last": True})
    assert told["exact"]
    assert told["compiled"] == [False, False, False]


def test_a_turn_wins_over_what_the_script_says_later(current: Path, tmp_path: Path) -> None:
    turns = {"interop_threads": 1, "float32_precision": "medium", "sharing": "file_system", "cudnn_benchmark": True}
    told = finished(current, tmp_path, SETTLED, turns)
    assert told == {"interop": 1, "precision": "medium", "sharing": "file_system", "cudnn": True}


def training(current: Path, folder: Path, resumes: bool) -> Script:
    return script(current, folder, TRAINING.replace("RESUMES", str(resumes)))


def test_what_a_script_said_itself_is_told(current: Path, tmp_path: Path) -> None:
    made = script(current, tmp_path, "import torch\ntorch.set_num_threads(2)\n" + TRAINING.replace("RESUMES", "False"))
    told, _ = made.run(Value("", turns={"threads": 1, "loader": {"num_workers": 1}}))
    assert told.turns == {"threads": "", "loader": ""}
    assert told.effect["overruled"] == "torch.set_num_threads: 1 instead of 2"


def test_a_checkpoint_that_turns_it_back_is_seen(current: Path, tmp_path: Path) -> None:
    value = Value("fused", turns={"optimizer": "fused"})
    assert training(current, tmp_path, resumes=False).run(value)[0].effect["optimizer"] == "fused"
    told, _ = training(current, tmp_path, resumes=True).run(value)
    assert (told.turns["optimizer"], told.effect["optimizer"]) == ("", "usual")


def test_what_cannot_be_made_says_why_and_breaks_nothing(current: Path, tmp_path: Path) -> None:
    turns = {
        "nonsense": 1,
        "affinity": [4096],
        "interop_threads": "many",
        "float32_precision": "some",
        "sharing": "mail",
        "loader": {"num_workers": -1},
        "optimizer": "sideways",
        "channels_last": True,
        "autocast": "float3",
        "compile": "gently",
        "bucket_view": True,
        "threads": 3,
    }
    told, printed = training(current, tmp_path, resumes=False).run(Value("", turns=turns))
    assert told.ended == "enough", printed
    assert sorted(told.turns) == sorted(turns)
    assert [name for name, why in told.turns.items() if not why] == ["float32_precision"]  # torch only warns of it
    assert told.effect["float32 precision"] == "highest"
    assert "no turn of this name" in told.turns["nonsense"]
    assert "no convolution" in told.turns["channels_last"]
    assert "did not call" in told.turns["threads"]
    assert told.effect["loader workers"] == "0"


def test_gradients_of_several_processes_are_views(current: Path, tmp_path: Path) -> None:
    made = script(current, tmp_path, RANKS)
    start = ("-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone")
    told, _ = made.run(Value("yes", turns={"bucket_view": True}), argv=start)
    assert (told.world, told.effect["bucket view"], told.turns["bucket_view"]) == (2, "yes", "")
    assert made.run(Value(""), argv=start)[0].effect["bucket view"] == "no"


def test_the_trainer_of_hugging_face_is_turned(current: Path, tmp_path: Path) -> None:
    turns = {"loader": {"num_workers": 1, "persistent_workers": True}, "optimizer": "fused", "autocast": "bfloat16", "threads": 1}
    told, printed = script(current, tmp_path, TRAINER).run(Value("", turns=turns))
    assert {**told.turns, "threads": ""} == dict.fromkeys(turns, ""), printed
    seen = {name: told.effect[name] for name in ("loader workers", "loader persistent", "optimizer", "autocast")}
    assert seen == {"loader workers": "1", "loader persistent": "yes", "optimizer": "fused", "autocast": "bfloat16"}
    assert len(told.losses) > 3
