"""What holds for all tests: no test touches the real home, and a busy machine makes no property fail."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# where a change is judged the examples are the same each time; elsewhere new ones are looked for
settings.register_profile("here", deadline=None, max_examples=40, derandomize="CI" in os.environ)
settings.load_profile("here")


@pytest.fixture(scope="session", autouse=True)
def no_real_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv(
            "OMP_WAIT_POLICY", "passive"
        )  # tests run beside each other: threads that wait and spin take each other's time
        for name in (
            "TORCH_STARTER_ROOT",
            "TORCH_STARTER_PLATFORM",
            "TORCH_STARTER_CALLED_AS",
            "NO_COLOR",
            "FORCE_COLOR",
            "COLUMNS",
        ):
            patch.delenv(name, raising=False)
        yield
