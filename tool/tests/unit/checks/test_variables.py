"""Values and names of environment variables."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from torch_starter.checks import variable_names, variable_values, variables
from torch_starter.core.cause import Cause
from torch_starter.core.evidence import Evidence
from torch_starter.core.kinds import Check
from torch_starter.core.mistyped import LONG, Targets
from torch_starter.core.repair import SetVariable
from torch_starter.core.report import Finding, Verdict
from torch_starter.core.spec import Spec
from torch_starter.core.variables import judged, table
from torch_starter.facts.cpu import Cpu
from torch_starter.facts.interfaces import Interfaces
from torch_starter.testing import evidence, findings, machine_with

CHECKS: dict[str, Check] = {check.id: check for module in (variables, variable_names, variable_values) for check in module.CHECKS}
LETTERS = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ_")
LONG_NAMES = sorted(name for name in table().read if len(name) > LONG and Targets(frozenset()).meant_by(f"{name}X"))
# as images of NVIDIA, jobs, shells and users set them
BYSTANDERS = [
    "LOG_LEVEL",
    "LOGLEVEL",
    "PYTORCH_HOME",
    "NV_CUDA_LIB_VERSION",
    "NV_LIBNCCL_PACKAGE",
    "NVARCH",
    "CUDA_VERSION",
    "NCCL_VERSION",
    "CUDNN_VERSION",
    "CUFFT_VERSION",
    "TRT_VERSION",
    "DALI_BUILD",
    "JUPYTER_PORT",
    "TENSORBOARD_PORT",
    "LD_LIBRARY_PATH",
    "OPAL_PREFIX",
    "_CUDA_COMPAT_PATH",
    "HOME",
    "PATH",
    "LANG",
    "SLURM_JOB_ID",
    "SLURM_LOCALID",
    "KUBERNETES_PORT",
    "AWS_REGION",
    "HF_USER",
    "HF_REPO",
    "HF_MODEL_ID",
    "HF_ORG",
    "HF_TOKEN_2",
    "MODEL_NAME",
    "DATA_DIR",
    "NUM_GPUS",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
    "VLLM_USE_V1",
    "WANDB_TEAM",
    "MLFLOW_HOST",
    "UV_HOME",
    "PIPX_HOME",
    "PYENV_ROOT",
    "CUDA_HOME_12",
    "CUDA_DEVICE",
    "CUDA_PATH_V12_8",
    "NVIDIA_API_KEY",
    "TORCH_INDEX_URL",
    "TORCH_DIR",
    "OMP_THREADS",
    "MKLROOT",
    "GOTO_NUM_THREADS",
    "TRITON_URL",
    "NCCL_PATH",
    "http_proxy",
    "TORCH_STARTER_ROOT",
]


def verdicts(id: str, given: Evidence) -> dict[str, Verdict]:
    """The verdicts by id; what is not well says what mends it, and what was found."""
    found = findings(CHECKS[id], given)
    assert not [finding for finding in found if finding.verdict != "ok" and not (finding.remedy and finding.seen)]
    return {finding.id: finding.verdict for finding in found}


def first(id: str, given: Evidence) -> Finding:
    return findings(CHECKS[id], given)[0]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("OMP_PROC_BIND", "maybe", "fail"),
        ("TRANSFORMERS_VERBOSITY", "loud", "warn"),
        ("CUDA_LAUNCH_BLOCKING", "1", "warn"),
        ("PYTORCH_NO_CUDA_MEMORY_CACHING", "0", "warn"),
        ("HF_HUB_ENABLE_HF_TRANSFER", "1", "fail"),
        ("PYTORCH_ALLOC_CONF", "bogus:1", "fail"),
    ],
)
def test_a_wrong_value_has_a_finding_of_its_own(name: str, value: str, wanted: Verdict) -> None:
    assert verdicts("variables.values", evidence(variables={name: value})) == {f"variables.values.{name}": wanted}


def test_right_values_are_one_line_with_what_is_notable() -> None:
    given = evidence(variables={"OMP_PROC_BIND": "close", "TORCH_COMPILE_DISABLE": "1", "HF_HOME": "", "OTHER": "x"})
    assert verdicts("variables.values", given) == {"variables.values": "ok"}
    seen = first("variables.values", given).seen
    assert seen == f"2 of {len(judged())} known variables are set; TORCH_COMPILE_DISABLE=1: torch.compile does nothing"


def test_a_package_that_a_value_asks_for_may_be_there() -> None:
    given = evidence(variables={"HF_HUB_ENABLE_HF_TRANSFER": "1"}, installed={"hf-transfer": "0.1"})
    assert verdicts("variables.values", given) == {"variables.values": "ok"}


def test_a_long_value_is_cut() -> None:
    assert len(first("variables.values", evidence(variables={"TORCH_LOGS": ";" * 500})).seen) < 130


def test_a_value_that_stops_packages_explains_their_failures() -> None:
    causes = CHECKS["variables.values"].causes
    assert causes is not None
    assert [*causes(evidence(variables={"GOMP_CPU_AFFINITY": "x", "OMP_PROC_BIND": "maybe"}))] == [
        Cause("variables.values.GOMP_CPU_AFFINITY", frozenset({"torch"}))
    ]
    assert [*causes(evidence(variables={"GOMP_CPU_AFFINITY": "0-3"}))] == []


def of_spec(values: dict[str, str]) -> Evidence:
    """Evidence where the spec sets variables."""
    return replace(evidence(variables=values, spec=Spec(variables=values)), user_variables={})


def test_a_wrong_value_of_the_spec_goes() -> None:
    given = of_spec({"OMP_PROC_BIND": "maybe", "OMP_PLACES": "cores"})
    finding = first("variables.values", given)
    assert (finding.fixable, finding.remedy) == (True, "./dev.sh verify-setup --fix")
    repairs = CHECKS["variables.values"].repairs
    assert repairs is not None
    assert [*repairs(given)] == [SetVariable("OMP_PROC_BIND", "maybe", None, "threads are not bound at all")]


def test_an_exported_value_is_not_corrected_in_the_spec() -> None:
    given = replace(of_spec({"OMP_PROC_BIND": "maybe"}), user_variables={"OMP_PROC_BIND": "maybe"})
    assert not first("variables.values", given).fixable
    assert first("variables.values", given).remedy == "unset OMP_PROC_BIND"
    assert not first("variables.values", replace(of_spec({"OMP_PROC_BIND": "maybe"}), ours=False)).fixable


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("NCCL_SOCKET_IFNAME", "eth", "ok"),
        ("NCCL_SOCKET_IFNAME", "=eth0", "ok"),
        ("NCCL_SOCKET_IFNAME", "=eth", "fail"),
        ("NCCL_SOCKET_IFNAME", "^lo", "ok"),
        ("NCCL_SOCKET_IFNAME", "^lo,eth", "fail"),
        ("NCCL_SOCKET_IFNAME", "^=lo", "ok"),
        ("NCCL_SOCKET_IFNAME", "ib0,ib1", "fail"),
        ("GLOO_SOCKET_IFNAME", "eth0", "ok"),
        ("GLOO_SOCKET_IFNAME", "eth0, lo", "ok"),
        ("GLOO_SOCKET_IFNAME", "eth", "fail"),
        ("TP_SOCKET_IFNAME", "eth1", "fail"),
    ],
)
def test_an_interface_that_is_named_is_here(name: str, value: str, wanted: Verdict) -> None:
    given = evidence(variables={name: value}, machine=machine_with(Interfaces(names=("eth0", "lo"))))
    assert verdicts("variables.interfaces", given) == {f"variables.interfaces.{name}": wanted}


def test_no_interface_need_be_named() -> None:
    assert verdicts("variables.interfaces", evidence()) == {"variables.interfaces": "ok"}


@pytest.mark.parametrize(("count", "wanted"), [("2", "ok"), ("3", "warn"), ("4,2", "warn"), ("abc", "ok")])
def test_more_threads_than_processors_are_a_warning(count: str, wanted: Verdict) -> None:
    machine = machine_with(Cpu(model="x", count=8, affinity=2, quota=None))
    given = evidence(variables={"OMP_NUM_THREADS": count}, machine=machine)
    assert verdicts("variables.oversubscription", given) == {"variables.oversubscription": wanted}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("HFHOME", "HF_HOME"),
        ("NCLC_DEBUG", "NCCL_DEBUG"),
        ("OPM_NUM_THREADS", "OMP_NUM_THREADS"),
        ("PYTORCH_CUDA_ALOC_CONF", "PYTORCH_CUDA_ALLOC_CONF"),
        ("PYTHONHASHEED", "PYTHONHASHSEED"),
        ("TORCH_CUDA_ARCHLIST", "TORCH_CUDA_ARCH_LIST"),
    ],
)
def test_a_mistyped_name_is_found(name: str, meant: str) -> None:
    given = evidence(variables={name: "secret"})
    assert verdicts("variables.names", given) == {f"variables.names.{name}": "warn"}
    finding = first("variables.names", given)
    assert meant in finding.wanted
    assert "secret" not in repr(finding)


def test_what_the_installed_libraries_know_is_known_and_may_be_meant() -> None:
    known = frozenset({"NCCL_ODD_NEW_SETTING", "CUDA_ERROR_SOME_NOISE"})
    given = evidence(variables={"NCCL_ODD_NW_SETTNG": "1", "CUDA_ERROR_SOME_NOIS": "1"}, known_names=known)
    assert verdicts("variables.names", given) == {"variables.names.NCCL_ODD_NW_SETTNG": "warn"}
    assert verdicts("variables.names", replace(given, known_names=frozenset())) == {"variables.names": "ok"}


@pytest.mark.parametrize("known", [(), ("NCCL_NET", "LOGLEVEL", "TORCH_HOME", "CUDA_ERROR_INVALID_DEVICE")])
def test_names_of_others_are_no_alarm(known: tuple[str, ...]) -> None:
    given = evidence(variables=dict.fromkeys(BYSTANDERS, "x"), known_names=frozenset(known))
    assert verdicts("variables.names", given) == {"variables.names": "ok"}


def test_a_name_beside_the_right_one_is_no_alarm() -> None:
    given = evidence(variables={"HFHOME": "/x", "HF_HOME": "/x"})
    assert verdicts("variables.names", given) == {"variables.names": "ok"}


def test_a_mistyped_name_in_the_spec_is_renamed() -> None:
    given = of_spec({"HFHOME": "/x"})
    assert first("variables.names", given).fixable
    repairs = CHECKS["variables.names"].repairs
    assert repairs is not None
    assert [*repairs(given)] == [SetVariable("HFHOME", "/x", "/x", "nothing reads HFHOME", renamed_to="HF_HOME")]
    assert verdicts("variables.names", replace(given, ours=False)) == {"variables.names": "ok"}
    assert [*repairs(evidence(variables={"HFHOME": "/x"}))] == []


@given(st.data())
def test_every_one_edit_typo_of_a_long_name_is_found(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(LONG_NAMES))
    at = data.draw(st.integers(1, len(name) - 2))
    letter = data.draw(LETTERS)
    kinds = [name[:at] + name[at + 1 :], name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :]]
    typo = data.draw(st.sampled_from([*kinds, name[:at] + name[at + 1] + name[at] + name[at + 2 :]]))
    assume(typo not in table().names and not typo.endswith("_VERSION"))
    assert Targets(frozenset()).meant_by(typo)


@given(st.frozensets(st.sampled_from(sorted(table().names))), st.frozensets(st.from_regex(r"\A(NCCL|TORCH|CUDA|X)_[A-C]{1,4}\Z")))
def test_no_known_name_ever_alarms(ours: frozenset[str], scanned: frozenset[str]) -> None:
    given = evidence(variables=dict.fromkeys([*ours, *scanned], "1"), known_names=scanned)
    assert verdicts("variables.names", given) == {"variables.names": "ok"}
