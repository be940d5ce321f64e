"""Checkpoints and pictures that are written with nearly each step."""

from __future__ import annotations

from collections.abc import Iterator

from torch_starter.advice._stacks import share_under
from torch_starter.advice._time import faster, part_of, told
from torch_starter.core.kinds import Advice
from torch_starter.core.profile import Profile
from torch_starter.core.report import Finding

WRITERS = (
    "serialization.py:save",
    "state_dict_saver.py:save",
    "torch.py:save_file",
    "modeling_utils.py:save_pretrained",
    "_npyio_impl.py:save",
    "npyio.py:save",
    "_npyio_impl.py:savez",
    "npyio.py:savez",
    "__init__.py:dump",  # of json
    "csvs.py:save",
    "figure.py:savefig",
    "utils.py:save_image",
    "writer.py:add_histogram",
    "writer.py:add_image",
    "writer.py:add_figure",
)
SAVES = 0.9  # one of ten, or fewer


def look(profile: Profile) -> Iterator[Finding]:
    process = profile.main
    if not process.mean or process.kind == "none":
        return
    share, place = share_under(process, WRITERS)
    yield from told(
        ADVICE,
        "files are written in nearly each step",
        f"{part_of(process, share * process.mean)}, in the mean",
        "write every hundredth step, or at the end of an epoch; checkpoints by torch.distributed.checkpoint.async_save",
        faster(share * SAVES),
        place,
    )


ADVICE = Advice(
    id="profile.saving",
    title="writing files",
    of="time",
    look=look,
    about="While a checkpoint is written the training waits.",
    found="Stacks in the functions that write checkpoints, arrays and pictures.",
    mend="less often, or beside the training",
    source="The manual of torch.distributed.checkpoint.async_save",
)
