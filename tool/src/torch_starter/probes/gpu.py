"""Computing on GPUs: on each, in every type, against float64 on the CPU.

Each function returns a dict with the results of its aspects; every aspect runs in a process of its own, so that a crash in
one is told as such. Every aspect takes its device: on "cpu" the same code runs where there is no GPU.
"""

from __future__ import annotations

import os
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import Any

K = 512  # terms of each sum in a product of matrices


def build() -> dict[str, object]:
    """The CUDA that torch was built with, and the architectures that it has kernels for: sm_90 is machine code, compute_90 PTX.

    Nothing of CUDA is started: torch.cuda.get_arch_list() says nothing where no GPU can be used.
    """
    import torch

    flags = getattr(torch._C, "_cuda_getArchFlags", lambda: None)()
    return {"cuda": torch.version.cuda or "", "architectures": (flags or "").split()}


def compute() -> dict[str, Any]:
    """The GPUs that torch sees, products of matrices, convolution, attention, and a training in mixed precision on each."""
    aspects = {
        "compute": _properties,
        "matmul": _matmul,
        "convolution": _convolution,
        "attention": _attention,
        "mixed-precision": _mixed_precision,
    }
    return dict(_shared()._on_all(aspects))


def _properties(device: Any) -> str:
    """A GPU can be asked what it is, and adds two numbers."""
    import torch

    if float(torch.ones((), device=device) + 1) != 2.0:
        raise AssertionError("1 + 1 is not 2.")
    if device.type != "cuda":
        return str(device)
    found = torch.cuda.get_device_properties(device)
    return "%s, %.0f GB, capability %d.%d" % (found.name, found.total_memory / 1e9, found.major, found.minor)


def _matmul(device: Any) -> str:
    """A (272, 512) matrix times a (512, 240) one in float32, TensorFloat-32, bfloat16, float16 and float8.

    Bounds: 4 gamma(512) |A||B|; the short types' u |AB| more, since the sum is rounded once. TensorFloat-32 keeps 10 bits of
    each factor: (1 + 2^-10)^2 - 1 more.
    """
    import torch

    shared = _shared()
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    ratios = {}
    for name, precision, dtype, more in (
        ("float32", "highest", torch.float32, 0.0),
        ("tf32", "high", torch.float32, 2.0**-9 + 2.0**-20),
        ("float16", "highest", torch.float16, 0.0),
        ("bfloat16", "highest", torch.bfloat16, 0.0),
    ):
        if dtype is torch.bfloat16 and shared._capability(device) < (8, 0):
            continue
        torch.set_float32_matmul_precision(precision)
        a, b = shared._random(272, K).to(dtype), shared._random(K, 240, seed=1).to(dtype)
        exact, size = a.double() @ b.double(), a.double().abs() @ b.double().abs()
        bound = (shared._gamma(K) + more) * size
        if dtype is not torch.float32:
            bound = bound + (exact.abs() + bound) * shared._roundoff(dtype)
        ratios[name] = shared._held(name + " product of matrices", a.to(device) @ b.to(device), exact, bound)
    if shared._capability(device) >= (8, 9) and device.type == "cuda" and hasattr(torch, "float8_e4m3fn"):
        ratios.update(_float8(device))
    return str(shared._words(ratios))


def _float8(device: Any) -> dict[str, float]:
    """A product in float8 (e4m3), given in bfloat16; nothing where this build of torch says that it does not support it.

    Bound: on Hopper a sum keeps 14 bits at least, so u is 2^-13 for its 512 terms, and bfloat16's u |AB| comes upon it.
    """
    import torch

    shared = _shared()
    a, b = shared._random(272, K).to(torch.float8_e4m3fn), shared._random(240, K, seed=1).to(torch.float8_e4m3fn)
    exact, size = a.double() @ b.double().T, a.double().abs() @ b.double().abs().T
    one = torch.ones((), device=device)
    try:
        got = torch._scaled_mm(a.to(device), b.to(device).T, scale_a=one, scale_b=one, out_dtype=torch.bfloat16)
    except RuntimeError as error:
        if "support" in str(error):
            return {}
        raise
    bound = K * 2.0**-13 * size + exact.abs() * shared._roundoff(torch.bfloat16)
    return {"float8": shared._held("float8 product of matrices", got, exact, bound)}


def _convolution(device: Any) -> str:
    """conv2d of (2, 6, 17, 19) with (8, 6, 3, 3) and its gradients, by which cuDNN loads all its libraries.

    Bound: 4 gamma(256) of the sums of magnitudes, of at most 180 terms; the stride of 2 rules out fast algorithms, whose
    constants are larger. float16: u of the result more, and of the sum of ones that its gradients begin with.
    """
    import torch

    shared = _shared()
    torch.backends.cudnn.allow_tf32 = False
    ratios: dict[str, float] = {}
    for dtype in (torch.float32, torch.float16):
        x, weight = shared._random(2, 6, 17, 19).to(dtype), shared._random(8, 6, 3, 3, seed=1).to(dtype)
        exact, size = _convolved(x.double(), weight.double()), _convolved(x.double().abs(), weight.double().abs())
        short = 0.0 if dtype is torch.float32 else 2 * shared._roundoff(dtype)
        for layout in (torch.contiguous_format, torch.channels_last):
            got = _convolved(x.to(device, memory_format=layout), weight.to(device))
            for name, one, wanted, most in zip(("result", "gradient to x", "gradient to w"), got, exact, size):
                ratio = shared._held("%s convolution, %s" % (dtype, name), one, wanted, (shared._gamma(256) + short) * most)
                key = str(dtype).replace("torch.", "")
                ratios[key] = max(ratio, ratios.get(key, 0.0))
    version = torch.backends.cudnn.version() if device.type == "cuda" else None
    return str(shared._words(ratios)) + (", cuDNN %d" % version if version else "")


def _convolved(x: Any, weight: Any) -> tuple[Any, Any, Any]:
    """A convolution, and the gradients of the sum of its elements."""
    import torch

    x, weight = x.detach().requires_grad_(), weight.detach().requires_grad_()
    out = torch.nn.functional.conv2d(x, weight, stride=2, padding=1)
    return (out.detach(), *torch.autograd.grad(out.sum(), (x, weight)))


def _attention(device: Any) -> str:
    """scaled_dot_product_attention of (2, 4, 64, 32), causal, by each implementation that takes these inputs.

    Bound: a score is off by d = (4 gamma(34) + 4 u) |q||k| / sqrt(32) (q, k, their scaling and the score may be
    rounded to the type), its exponential by that relatively, numerator and denominator each by 4 gamma(72) and u more,
    and the result by u: (2 (d + 4 gamma(72)) + 4 u) max |v|.
    """
    import torch

    shared, told = _shared(), []
    dtypes = [torch.float32, torch.float16] + ([torch.bfloat16] if shared._capability(device) >= (8, 0) else [])
    torch.set_float32_matmul_precision("highest")
    for dtype in dtypes:
        q, k, v = (shared._random(2, 4, 64, 32, seed=seed).mul(scale).to(dtype) for seed, scale in enumerate((0.5, 0.5, 1.0)))
        scores = q.double() @ k.double().transpose(-1, -2) / 32**0.5
        exact = scores.masked_fill(torch.ones(64, 64, dtype=torch.bool).triu(1), -float("inf")).softmax(-1) @ v.double()
        u = shared._roundoff(dtype) if dtype is not torch.float32 else 0.0
        most = float((q.double().abs() @ k.double().abs().transpose(-1, -2)).max()) / 32**0.5
        bound = (2 * ((shared._gamma(34) + 4 * u) * most + shared._gamma(72)) + 4 * u) * v.double().abs().max()
        for name, got in _by_each_backend(q.to(device), k.to(device), v.to(device)):
            shared._held("%s attention by %s" % (dtype, name), got, exact, bound)
            told.append("%s %s" % (str(dtype).replace("torch.", ""), name))
    return "right: " + ", ".join(told)


def _by_each_backend(q: Any, k: Any, v: Any) -> Any:
    """Name and result of every implementation that does not refuse; at least the plain one must not."""
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.nn.functional import scaled_dot_product_attention

    for name in ("MATH", "FLASH_ATTENTION", "EFFICIENT_ATTENTION", "CUDNN_ATTENTION"):
        try:
            with sdpa_kernel([getattr(SDPBackend, name)]):
                got = scaled_dot_product_attention(q, k, v, is_causal=True)
        except (RuntimeError, AttributeError) as error:
            if name == "MATH" or "CUDA error" in str(error) or "cuDNN" in str(error):
                raise
            continue  # "No available kernel": it is not for this GPU, or not for this type
        yield name.replace("_ATTENTION", "").lower(), got


def _mixed_precision(device: Any) -> str:
    """30 steps of a small network under autocast in float16 with a GradScaler: the loss falls to under a half."""
    import torch

    torch.manual_seed(0)
    x = torch.randn(64, 32).to(device)
    y = x[:, :4].sin().sum(1, keepdim=True)
    model = torch.nn.Sequential(torch.nn.Linear(32, 64), torch.nn.Tanh(), torch.nn.Linear(64, 1)).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler(device.type)
    losses = []
    for _ in range(30):
        with torch.autocast(device.type, dtype=torch.float16):
            hidden = model(x)
            loss = torch.nn.functional.mse_loss(hidden.float(), y)
        if hidden.dtype is not torch.float16:
            raise AssertionError("A layer under autocast gives %s, wanted float16." % hidden.dtype)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        losses.append(float(loss))
    if not losses[-1] < 0.5 * losses[0]:
        raise AssertionError("The loss went from %.3g to %.3g in 30 steps, wanted under a half." % (losses[0], losses[-1]))
    return "loss %.2f to %.2f in 30 steps, scale %.0f" % (losses[0], losses[-1], scaler.get_scale())


def _shared() -> Any:
    """The file beside this one that the probes of GPUs share."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_devices.py")
    module = ModuleType("torch_starter_devices")
    module.__file__ = path
    SourceFileLoader(module.__name__, path).exec_module(module)
    return module
