"""torch, torchvision and torchaudio at work on the CPU: each gives an answer that is known beforehand.

Every probe returns {"seen": words with the figures}, and raises AssertionError where a result is wrong.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any


def use_torch() -> dict[str, object]:
    """The gradient of sum(x^2 sin x) is its closed form; a small training learns; its weights survive a file."""
    import torch

    x = torch.linspace(-3, 3, 101, dtype=torch.float64, requires_grad=True)
    (x**2 * x.sin()).sum().backward()
    known = (2 * x * x.sin() + x**2 * x.cos()).detach()
    error = float((x.grad - known).abs().max())
    _close("largest error of a gradient", error, 0.0, 1e-12)
    model, first, last = _train()
    if not last < 0.1 * first:
        raise AssertionError(f"The loss of a small training went from {first:.3g} to {last:.3g}, wanted under a tenth.")
    _survives_a_file(model)
    return {"seen": f"gradient to {error:.0e}, loss {first:.2f} to {last:.4f} in 60 steps, weights saved and loaded"}


def _train() -> tuple[Any, float, float]:
    """Fits y = sin(3x) + x on 64 points with a network of 32 units. Returns it, its first loss and its last."""
    import torch

    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 64).unsqueeze(1)
    y = torch.sin(3 * x) + x
    model = torch.nn.Sequential(torch.nn.Linear(1, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(60):
        loss = torch.nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses[0], losses[-1]


def _survives_a_file(model: Any) -> None:
    import torch

    saved = model.state_dict()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "weights.pt")
        torch.save(saved, path)
        loaded = torch.load(path, weights_only=True)
    _equal("names in a loaded state_dict", sorted(loaded), sorted(saved))
    for name, tensor in saved.items():
        if not torch.equal(loaded[name], tensor):
            raise AssertionError(f"{name} was saved as {tensor.sum()} in sum, and loaded as {loaded[name].sum()}.")


def use_torchvision() -> dict[str, object]:
    """A grey image through the usual transforms, a compiled operation (nms), and a ResNet-18 without weights."""
    import torch
    from PIL import Image
    from torchvision import models, ops, transforms

    scale = transforms.Normalize([0.5] * 3, [0.5] * 3)
    prepare = transforms.Compose([transforms.Resize(40), transforms.CenterCrop(32), transforms.ToTensor(), scale])
    image = prepare(Image.new("RGB", (80, 60), (255, 51, 0)))
    _equal("shape of a transformed image", list(image.shape), [3, 32, 32])
    for channel, wanted in enumerate((1.0, -0.6, -1.0)):
        _close(f"channel {channel} of a transformed image", float(image[channel].mean()), wanted, 1e-5)
    boxes = torch.tensor([[0.0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30]])
    kept = ops.nms(boxes, torch.tensor([0.8, 0.9, 0.7]), iou_threshold=0.5).tolist()
    _equal("boxes that nms keeps", kept, [1, 2])
    with torch.inference_mode():
        scores = models.resnet18(weights=None, num_classes=10).eval()(image.unsqueeze(0))
    _equal("shape of ResNet-18's output", list(scores.shape), [1, 10])
    if not bool(scores.isfinite().all()):
        raise AssertionError(f"ResNet-18 gives {scores.tolist()}, wanted finite numbers.")
    return {"seen": f"image transformed, nms keeps {kept}, ResNet-18 of 32x32 gives 10 finite scores"}


def use_torchaudio() -> dict[str, object]:
    """A sine of 440 Hz peaks at its frequency before and after resampling; a filter (compiled) decays as 1/2^n.

    No file is read: since 2.9 torchaudio leaves that to torchcodec.
    """
    import torch
    from torchaudio import functional, transforms

    sine = torch.sin(2 * torch.pi * 440 * torch.arange(16000) / 16000)
    # Bins of Spectrogram are rate / n_fft wide: 440 Hz falls in bin 28 of 15.625 Hz.
    peak = int(transforms.Spectrogram(n_fft=1024)(sine).mean(-1).argmax())
    _equal("loudest bin of 440 Hz", peak, 28)
    mels = transforms.MelSpectrogram(16000, n_fft=1024, n_mels=40)(sine)
    _equal("mel bands", mels.shape[0], 40)
    half = transforms.Resample(16000, 8000)(sine)
    _equal("samples after resampling 16000 to 8000 Hz", half.shape[-1], 8000)
    _equal("loudest bin after resampling", int(transforms.Spectrogram(n_fft=512)(half).mean(-1).argmax()), 28)
    impulse = torch.zeros(16)
    impulse[0] = 1.0
    decay = functional.lfilter(impulse, torch.tensor([1.0, -0.5]), torch.tensor([1.0, 0.0]))
    error = float((decay - 0.5 ** torch.arange(16)).abs().max())
    _close("largest error of a decaying filter", error, 0.0, 1e-6)
    return {"seen": f"440 Hz peaks in bin {peak}, 8000 samples after resampling, filter to {error:.0e}"}


def _close(name: str, got: float, wanted: float, tolerance: float) -> None:
    # Written so that a NaN fails.
    if not abs(got - wanted) <= tolerance:
        raise AssertionError(f"{name}: got {got!r}, wanted {wanted!r} within {tolerance:.1e}.")


def _equal(name: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise AssertionError(f"{name}: got {got!r}, wanted {wanted!r}.")
