"""The experiment trackers at work: what is logged is found again, in a temporary folder and without the network.

Every probe returns {"seen": words with the figures}, and raises AssertionError where a result is wrong.
"""

from __future__ import annotations

import contextlib
import glob
import io
import os
import tempfile

WITHOUT_TORCH = True


def use_wandb() -> dict[str, object]:
    """An offline run of three steps leaves a file of records that holds its metric, and its summary holds the last."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        # The user's own (a run to resume, a sweep, a server) are not to be mixed with this run.
        for name in [name for name in os.environ if name.startswith("WANDB_")]:
            del os.environ[name]
        os.environ.update({f"WANDB_{kind}_DIR": folder for kind in ("CACHE", "CONFIG", "DATA", "ARTIFACT")})
        os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_ERROR_REPORTING="false")
        import wandb

        settings = wandb.Settings(console="off", disable_git=True, save_code=False)
        try:
            run = wandb.init(project="probe", dir=folder, mode="offline", settings=settings)
            for step in range(3):
                run.log({"loss_of_probe": 1 / (step + 1)})
            last = float(run.summary["loss_of_probe"])
            run.finish()
        finally:
            wandb.teardown()
        files = glob.glob(os.path.join(folder, "wandb", "offline-run-*", "*.wandb"))
        records = b"".join(_bytes_of(path) for path in files)
    if len(files) != 1 or records.count(b"loss_of_probe") < 3:
        found = f"{len(files)} files that name the metric {records.count(b'loss_of_probe')} times"
        raise AssertionError(f"An offline run of three steps leaves {found}, wanted 1 file and 3 times.")
    if abs(last - 1 / 3) > 1e-9:
        raise AssertionError(f"The summary of a run holds {last}, wanted {1 / 3}.")
    return {"seen": f"offline run of 3 steps in a file of {len(records)} bytes, summary {last:.3f}"}


def _bytes_of(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
