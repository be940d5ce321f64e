"""Which files of a resolution a machine would take."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from torch_starter.core.problems import CommandFailed
from torch_starter.making.wheels import Architecture, Lacking, Listed, download_bytes, lacking, read

HEAD = 'lock-version = "1.0"\ncreated-by = "uv"\n'
AT = "https://files.example/ab"
TEXT = f"""{HEAD}
[[packages]]
name = "wheel-and-source"
version = "1.0"
sdist = {{ url = "{AT}/wheel_and_source-1.0.tar.gz", upload-time = 2026-03-01T00:00:00Z, size = 9 }}
wheels = [{{ url = "{AT}/wheel_and_source-1.0-py3-none-any.whl", upload-time = 2026-02-01T00:00:00Z, size = 10 }}]

[[packages]]
name = "torch"
version = "2.7.0+cpu"
marker = "sys_platform == 'linux'"
wheels = [{{ url = "{AT}/torch-2.7.0%2Bcpu-cp312-cp312-manylinux_2_28_x86_64.whl?x=y#z" }}]
"""


def package(name: str, *files: str, marker: str = "") -> Listed:
    """A package whose first file has one byte, the second two, and so on."""
    return Listed(name, "1.0", marker, None, tuple((file, size) for size, file in enumerate(files, 1)))


def fits(tags: str, architecture: Architecture = "x86_64", python: str = "3.12") -> bool:
    return not lacking((package("a", f"a-1.0-{tags}.whl"),), architecture, python).none


def test_packages_are_read_with_their_files() -> None:
    first, torch = read(TEXT)
    assert (first.name, first.version, first.marker) == ("wheel-and-source", "1.0", "")
    assert first.files == (("wheel_and_source-1.0-py3-none-any.whl", 10), ("wheel_and_source-1.0.tar.gz", 9))
    assert first.released == datetime(2026, 2, 1, tzinfo=UTC)
    assert torch.files == (("torch-2.7.0+cpu-cp312-cp312-manylinux_2_28_x86_64.whl", None),)
    assert (torch.released, torch.marker) == (None, "sys_platform == 'linux'")


def test_times_without_a_zone_and_files_with_a_name_or_a_path_are_read() -> None:
    text = f"""{HEAD}
[[packages]]
name = "a"
sdist = {{ path = "x/a-1.zip", upload-time = 2026-01-02T00:00:00 }}
wheels = [{{ name = "a-1-py3-none-any.whl", url = "{AT}/whatever", upload-time = 2026-01-01T23:00:00-05:00 }}]

[[packages]]
name = "b"
archive = {{ url = "{AT}/b.tar.gz", size = 3 }}
"""
    a, b = read(text)
    assert [name for name, _ in (*a.files, *b.files)] == ["a-1-py3-none-any.whl", "a-1.zip", "b.tar.gz"]
    assert a.released == datetime(2026, 1, 2, tzinfo=UTC)
    assert lacking((b,), "x86_64", "3.12") == Lacking(source_only=("b",))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no toml", "cannot be read"),
        ('lock-version = "2.0"\n', "version 2.0"),
        ("packages = []\n", "lock-version"),
        (f"{HEAD}packages = [{{name = 1}}]\n", "str"),
        (f'{HEAD}packages = [{{name = "a", marker = "no marker"}}]\n', "marker"),
    ],
)
def test_what_is_no_list_of_files_is_refused(text: str, why: str) -> None:
    with pytest.raises(CommandFailed, match=why) as caught:
        read(text)
    assert caught.value.code == "lock.unreadable"


@pytest.mark.parametrize(
    "tags",
    [
        "py3-none-any",
        "py2.py3-none-any",
        "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "cp312-cp312-manylinux1_x86_64",
        "cp312-cp312-manylinux2010_x86_64",
        "cp312-cp312-manylinux_2_39_x86_64",
        "cp312-cp312-linux_x86_64",
        "cp39-abi3-manylinux_2_28_x86_64",
        "cp312-none-any",
        "py3-none-manylinux_2_5_x86_64",
        "1-py3-none-any",
    ],
)
def test_a_wheel_fits(tags: str) -> None:
    assert fits(tags)


@pytest.mark.parametrize(
    "tags",
    [
        "cp311-cp311-manylinux_2_17_x86_64",
        "cp312-cp312-manylinux_2_40_x86_64",
        "cp312-cp312-musllinux_1_2_x86_64",
        "cp312-cp312-manylinux_2_17_aarch64",
        "cp312-cp312-win_amd64",
        "cp312-cp312-macosx_11_0_arm64",
        "cp312-cp312t-manylinux_2_17_x86_64",
        "cp313-abi3-manylinux_2_17_x86_64",
        "py2-none-any",
        "no-tags-at-all-that-anybody-knows",
    ],
)
def test_a_wheel_does_not_fit(tags: str) -> None:
    assert not fits(tags)


def test_the_other_architecture_and_another_python_have_their_own() -> None:
    assert fits("cp312-cp312-manylinux_2_17_aarch64", "aarch64")
    assert fits("cp312-cp312-manylinux2014_aarch64", "aarch64")
    assert not fits("cp312-cp312-manylinux1_aarch64", "aarch64")
    assert fits("cp313-cp313-manylinux_2_17_x86_64", python="3.13.2")


def test_what_has_no_wheel_is_told_apart_from_what_has_nothing() -> None:
    packages = (
        package("both", "both-1.0.tar.gz", "both-1.0-py3-none-any.whl"),
        package("built", "built-1.0-cp312-cp312-win_amd64.whl", "built-1.0.tar.gz"),
        package("foreign", "foreign-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"),
        package("empty"),
        package("windows", marker="sys_platform == 'win32'"),
        package("arm", marker="platform_machine == 'aarch64'"),
    )
    assert lacking(packages, "aarch64", "3.12") == Lacking(("foreign", "empty", "arm"), ("built",))
    assert lacking(packages, "x86_64", "3.12") == Lacking(("empty",), ("built",))


@pytest.mark.parametrize(
    ("marker", "python", "applies"),
    [
        ("python_version < '3.12'", "3.12", False),
        ("python_full_version >= '3.12.4'", "3.12", True),
        ("python_full_version >= '3.12.4'", "3.12.3", False),
        ("implementation_name != 'PyPy' and os_name == 'posix'", "3.12", True),
        ("platform_python_implementation == 'PyPy'", "3.12", False),
    ],
)
def test_a_package_belongs_there_as_its_marker_says(marker: str, python: str, applies: bool) -> None:
    assert bool(lacking((package("a", marker=marker),), "x86_64", python).none) == applies


def test_the_most_specific_wheel_is_taken_and_else_the_source() -> None:
    packages = (
        package(
            "native",
            "native-1.0-py3-none-any.whl",
            "native-1.0-cp39-abi3-manylinux_2_17_x86_64.whl",
            "native-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
            "native-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
            "native-1.0-cp312-cp312-linux_x86_64.whl",
            "native-1.0.tar.gz",
        ),
        package("rebuilt", "rebuilt-1.0-2-py3-none-any.whl", "rebuilt-1.0-10-py3-none-any.whl", "rebuilt-1.0-py3-none-any.whl"),
        package("built", "built-1.0-cp312-cp312-win_amd64.whl", "built-1.0.tar.gz"),
        package("windows", "windows-1.0-py3-none-any.whl", marker="os_name == 'nt'"),
        package("empty"),
        Listed("unknown", "1.0", "", None, (("unknown-1.0-py3-none-any.whl", None),)),
    )
    assert download_bytes(packages, "x86_64", "3.12") == {"native": 4, "rebuilt": 2, "built": 2}
    assert download_bytes(packages, "aarch64", "3.12")["native"] == 1
