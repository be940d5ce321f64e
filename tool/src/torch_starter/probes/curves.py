"""The experiment tracker that writes through torch: what is logged is read again, in a temporary folder.

It returns {"seen": words with the figures}, and raises AssertionError where a result is wrong.
"""

from __future__ import annotations

import tempfile


def use_tensorboard() -> dict[str, object]:
    """Three values of a curve are written through torch and read back by TensorBoard itself."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from torch.utils.tensorboard import SummaryWriter

    with tempfile.TemporaryDirectory() as folder:
        with SummaryWriter(folder) as writer:
            for step in range(3):
                writer.add_scalar("loss", 0.5**step, step)
        events = EventAccumulator(folder)
        events.Reload()
        read = [(event.step, event.value) for event in events.Scalars("loss")]
    if read != [(0, 1.0), (1, 0.5), (2, 0.25)]:
        raise AssertionError(f"A curve reads back as {read}, wanted [(0, 1.0), (1, 0.5), (2, 0.25)].")
    return {"seen": f"{len(read)} values of a curve written through torch and read back"}
