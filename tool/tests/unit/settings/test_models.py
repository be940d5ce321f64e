"""What is tried of models and optimizers, and why not."""

from __future__ import annotations

import pytest

from torch_starter.core.tuning import Model, Optimizer
from torch_starter.settings.batch_size import SETTING as BATCH
from torch_starter.settings.channels_last import SETTING as CHANNELS
from torch_starter.settings.compile import SETTING as COMPILE
from torch_starter.settings.optimizer import SETTING as OPTIMIZER
from torch_starter.settings.precision import SETTING as PRECISION
from unit.settings.subjects import absent, on_gpu, subject, told, values

ADAM = Optimizer(name="AdamW", known=True, takes_fused=True)
RPROP = Optimizer(name="Rprop", known=True)


def test_channels_are_neighbours_where_there_are_convolutions() -> None:
    assert values(CHANNELS, subject())["channels_last"].turns == {"channels_last": True}
    assert "Net has no convolution" in absent(CHANNELS, subject(told(models=[Model(name="Net")])))
    assert "no module" in absent(CHANNELS, subject(told(models=[])))
    assert "already" in absent(CHANNELS, subject(told(effect={"memory format": "channels_last"})))


@pytest.mark.parametrize(
    ("optimizers", "labels"),
    [([ADAM], ["fused", "foreach"]), ([RPROP], ["foreach"]), ([Optimizer(name="Lion"), ADAM], ["fused", "foreach"])],
)
def test_an_optimizer_computes_in_another_way(optimizers: list[Optimizer], labels: list[str]) -> None:
    assert list(values(OPTIMIZER, subject(told(optimizers=optimizers)))) == labels


@pytest.mark.parametrize(
    ("optimizers", "why"),
    [
        ([], "no optimizer of torch's own"),
        ([Optimizer(name="Lion", takes_fused=True)], "no optimizer of torch's own"),
        ([Optimizer(name="AdamW", known=True, takes_fused=True, fused=True)], "the script says"),
        ([Optimizer(name="Rprop", known=True, foreach=False)], "no other way"),
    ],
)
def test_what_a_script_says_of_its_optimizer_holds(optimizers: list[Optimizer], why: str) -> None:
    assert why in absent(OPTIMIZER, subject(told(optimizers=optimizers)))


def test_on_gpus_foreach_is_what_torch_does_by_itself() -> None:
    assert list(values(OPTIMIZER, on_gpu())) == ["fused"]
    assert "no other way" in absent(OPTIMIZER, on_gpu(optimizers=[RPROP]))


def test_on_processors_there_is_one_way_to_compile() -> None:
    (value,) = values(COMPILE, subject()).values()
    assert (value.label, value.turns, value.seconds) == ("default", {"compile": "default"}, 60.0)
    assert len(values(COMPILE, on_gpu())) == 3


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (subject(told(models=[Model(compiled=True)])), "compiled already"),
        (subject(told(models=[])), "no module"),
        (subject(torch="2.1.2"), "torch 2.1.2"),
    ],
)
def test_what_is_compiled_or_cannot_be_is_not_tried(of: object, why: str) -> None:
    assert why in absent(COMPILE, of)  # type: ignore[arg-type]


def test_fewer_digits_need_hardware_that_multiplies_them() -> None:
    assert {label: each.turns for label, each in values(PRECISION, subject()).items()} == {
        "bf16-products": {"float32_precision": "medium"},
        "bfloat16": {"autocast": "bfloat16"},
    }
    assert list(values(PRECISION, on_gpu())) == ["tf32", "bfloat16"]
    assert "do not multiply" in absent(PRECISION, subject(told(effect={"cpu bfloat16": "no"})))
    assert "this GPU" in absent(PRECISION, on_gpu(effect={"capability": "7.5"}))
    assert values(PRECISION, on_gpu(effect={"capability": "8.0"}))


def test_what_has_few_digits_already_is_left() -> None:
    assert list(values(PRECISION, on_gpu(effect={"float32 precision": "high"}))) == ["bfloat16"]


def test_a_larger_batch_is_suggested_where_there_is_room_and_time() -> None:
    assert list(values(BATCH, subject(bounds={"compute": 0.9, "launch": 0.4}))) == ["larger"]
    assert list(values(BATCH, on_gpu(bounds={"compute": 0.4, "launch": 0.6}))) == ["larger"]
    assert "busy" in absent(BATCH, on_gpu(bounds={"compute": 0.95}))
    assert "no room" in absent(BATCH, on_gpu(bounds={"compute": 0.4}, device_memory=70 << 30))
    assert "not told" in absent(BATCH, on_gpu(bounds={"compute": 0.4}, effect={"device memory": "0"}))
