"""Results of torch on the CPU, held against float64 references computed another way.

Bounds are not tuned: they follow from the unit roundoff u = eps / 2 of the type, by N. J. Higham, Accuracy and
Stability of Numerical Algorithms (2nd edition, SIAM 2002): a sum of n products in any order, or fused, has an error of
at most gamma(n) = n u / (1 - n u) times the sum of their magnitudes (lemma 3.1; (3.13) for a matrix product).

Every probe returns {"seen": words with the figures}, with "of_bound" (the largest error as a fraction of its bound)
where there is one, and raises AssertionError where an error passes its bound.
"""

from __future__ import annotations

import math
from typing import Any


def matmul() -> dict[str, object]:
    """A (48, 96) matrix times a (96, 40) one, in float32, bfloat16 and float16, against float64 of the same numbers.

    Bound of each element, with k = 96: gamma(k) |A||B| at float32's u (Higham (3.13)), for the short types plus u |AB|
    of their own, since they are accumulated in float32 and rounded once.
    """
    import torch

    ratios = {}
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        a, b = _random(48, 96).to(dtype), _random(96, 40, seed=1).to(dtype)
        exact = a.double() @ b.double()
        bound = _gamma(96) * (a.double().abs() @ b.double().abs())
        if dtype is not torch.float32:
            bound = bound + (exact.abs() + bound) * _roundoff(dtype)
        name = str(dtype).replace("torch.", "")
        ratios[name] = _held(f"{name} product of matrices", a @ b, exact, bound)
    words = ", ".join(f"{name} {ratio:.2g}" for name, ratio in ratios.items())
    return {"seen": f"errors as a fraction of their bound: {words}", "of_bound": max(ratios.values())}


def convolution() -> dict[str, object]:
    """conv2d of (2, 6, 17, 19) with (8, 6, 3, 3), in both memory layouts, against patches times weights in float64.

    Bound: gamma(k) |w||x| with k = 6*3*3 + 1 terms. It holds for a direct sum; the stride of 2 rules out the fast
    algorithms (Winograd), whose constants are larger.
    """
    import torch
    from torch.nn import functional

    x, weight, bias = _random(2, 6, 17, 19), _random(8, 6, 3, 3, seed=1), _random(8, seed=2)
    patches = functional.unfold(x.double(), 3, stride=2, padding=1)
    flat, offset = weight.double().reshape(8, 54), bias.double()[:, None]
    exact = (flat @ patches + offset).reshape(2, 8, 9, 10)
    bound = _gamma(55) * (flat.abs() @ patches.abs() + offset.abs()).reshape(2, 8, 9, 10)
    ratios = []
    for layout in (torch.contiguous_format, torch.channels_last):
        got = functional.conv2d(x.to(memory_format=layout), weight, bias, stride=2, padding=1)
        ratios.append(_held(f"convolution in {layout}", got, exact, bound))
    return {
        "seen": f"errors {ratios[0]:.2g} (contiguous), {ratios[1]:.2g} (channels last) of their bound",
        "of_bound": max(ratios),
    }


def attention() -> dict[str, object]:
    """scaled_dot_product_attention of (2, 3, 24, 16), full and causal, against softmax(q k / 4) v in float64.

    Bound: a score is off by d = gamma(16 + 2) |q||k| / 4 (the 2: scaling), its exponential by that much relatively,
    numerator and denominator each by gamma(24 + 8) more (the 8: exp, division): 2 (d + gamma(32)) max |v|.
    """
    import torch
    from torch.nn import functional

    q, k, v = (_random(2, 3, 24, 16, seed=seed) for seed in range(3))
    scores = q.double() @ k.double().transpose(-1, -2) / 4
    slack = _gamma(18) * float((q.double().abs() @ k.double().abs().transpose(-1, -2)).max()) / 4
    bound = torch.tensor(2 * (slack + _gamma(32)) * float(v.abs().max()), dtype=torch.float64)
    later = torch.ones(24, 24, dtype=torch.bool).triu(1)
    ratios = []
    for causal in (False, True):
        masked = scores.masked_fill(later, -math.inf) if causal else scores
        exact = masked.softmax(-1) @ v.double()
        got = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
        ratios.append(_held("causal attention" if causal else "attention", got, exact, bound))
    return {"seen": f"errors {ratios[0]:.2g} (full), {ratios[1]:.2g} (causal) of their bound", "of_bound": max(ratios)}


def reductions() -> dict[str, object]:
    """sum, softmax, logsumexp and layer_norm along 257 numbers (a SIMD width plus one), in float32 against float64.

    Bounds: gamma(n) sum |x| of a sum; gamma(n + 8) for what is a ratio of sums after an exponential, the exponent's own
    rounding (u times its size) added. Numbers are of size 4, so that sums cancel.
    """
    from torch.nn import functional

    x = 4 * _random(8, 257)
    wide = x.double()
    spread = float(wide.max() - wide.min())
    relative = 2 * (_gamma(257 + 8) + spread * _gamma(2))
    exact = wide.softmax(-1)
    norm = functional.layer_norm(wide, (257,))
    cases = {
        "sum": (x.sum(-1), wide.sum(-1), _gamma(257) * wide.abs().sum(-1)),
        "softmax": (x.softmax(-1), exact, relative * exact),
        "logsumexp": (x.logsumexp(-1), wide.logsumexp(-1), relative * (1 + wide.logsumexp(-1).abs())),
        "layer_norm": (functional.layer_norm(x, (257,)), norm, 2 * _gamma(257 + 8) * (1 + norm.abs())),
    }
    ratios = {name: _held(name, *case) for name, case in cases.items()}
    words = ", ".join(f"{name} {ratio:.1g}" for name, ratio in ratios.items())
    return {"seen": f"errors as a fraction of their bound: {words}", "of_bound": max(ratios.values())}


def linear_algebra() -> dict[str, object]:
    """Residuals of solve, svd and eigh of 50x50 in float32, in units of n eps |A|: LAPACK's own tests ask for under 30.

    Source: LAPACK Working Note 41 (installation guide), test ratios and their threshold.
    """
    import torch
    from torch import linalg

    a, b = _random(50, 50), _random(50, 3, seed=1)
    x = linalg.solve(a, b)
    u, s, vh = linalg.svd(a)
    symmetric = a + a.T
    values, vectors = linalg.eigh(symmetric)
    rebuilt, again = (u.double() * s) @ vh.double(), (vectors.double() * values) @ vectors.T.double()
    ratios = {
        "solve": _residual(a.double() @ x.double() - b.double(), linalg.matrix_norm(a, 1) * linalg.matrix_norm(x, 1)),
        "svd": _residual(rebuilt - a, linalg.matrix_norm(a, 1)),
        "svd's vectors": _residual(u.T.double() @ u.double() - torch.eye(50), 1.0),
        "eigh": _residual(again - symmetric, linalg.matrix_norm(symmetric, 1)),
    }
    for name, ratio in ratios.items():
        if not ratio < 30:
            raise AssertionError(f"Residual of {name} is {ratio:.3g} n eps |A|, wanted under 30 (LAPACK's threshold).")
    words = ", ".join(f"{name} {ratio:.2g}" for name, ratio in ratios.items())
    return {"seen": f"residuals in n eps |A|: {words}", "of_bound": max(ratios.values()) / 30}


def fft() -> dict[str, object]:
    """A complex and a real transform of 256 numbers in float32 against the sum of the definition in float64, and back.

    Bound in the 2-norm (Higham theorem 24.2): t h / (1 - t h), with t = log2 n = 8 and h = u + gamma(4) (sqrt(2) + u).
    """
    import torch

    n = 256
    x = torch.complex(_random(n), _random(n, seed=1))
    turns = torch.outer(torch.arange(n), torch.arange(n)) % n
    angle = -2 * math.pi * turns.double() / n
    definition = torch.complex(angle.cos(), angle.sin())
    h = 8 * (_gamma(1) + _gamma(4) * (math.sqrt(2) + _gamma(1)))
    bound = h / (1 - h)
    exact = definition @ x.to(torch.complex128)
    real = definition[: n // 2 + 1] @ x.real.to(torch.complex128)
    pairs = {
        "fft": (torch.fft.fft(x), exact, bound),
        "rfft": (torch.fft.rfft(x.real), real, bound),
        "ifft of fft": (torch.fft.ifft(torch.fft.fft(x)), x, 2 * bound),
    }
    ratios = {}
    for name, (got, wanted, limit) in pairs.items():
        error = float((got - wanted).norm() / wanted.norm())
        if not error <= limit:
            raise AssertionError(f"{name} of {n} numbers is off by {error:.2e} relatively, wanted at most {limit:.2e}.")
        ratios[name] = error / limit
    words = ", ".join(f"{name} {ratio:.2g}" for name, ratio in ratios.items())
    return {"seen": f"errors as a fraction of their bound: {words}", "of_bound": max(ratios.values())}


def gradients() -> dict[str, object]:
    """First and second derivatives of layer_norm(gelu(conv1d)) in float64 against finite differences.

    Tolerances are those of torch.autograd.gradcheck: steps of 1e-6, 1e-5 absolute, 1e-3 relative.
    """
    import torch
    from torch.autograd.gradcheck import GradcheckError
    from torch.nn import functional

    shapes = ((1, 2, 4), (2, 2, 2), (3,), (3,))
    inputs = [_random(*shape, seed=seed).double().requires_grad_() for seed, shape in enumerate(shapes)]

    def run(x: Any, kernel: Any, gain: Any, bias: Any) -> Any:
        return functional.layer_norm(functional.gelu(functional.conv1d(x, kernel)), (3,), gain, bias)

    # Hundreds of tiny calls: on a busy machine each would wait, spinning, for a second thread.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        torch.autograd.gradcheck(run, inputs)
        torch.autograd.gradgradcheck(run, inputs)
    except GradcheckError as error:
        words = " ".join(str(error).split())[:200]
        raise AssertionError(f"A derivative differs from its finite difference: {words}") from error
    finally:
        torch.set_num_threads(threads)
    count = sum(tensor.numel() for tensor in inputs)
    return {"seen": f"first and second derivatives to {count} numbers agree with finite differences"}


def determinism() -> dict[str, object]:
    """A small training (dropout, shuffling) from one seed gives the same bits twice, and another seed does not."""
    import torch

    first, again, other = (_trained(seed) for seed in (0, 0, 1))
    if not torch.equal(first, again):
        differ = int((first != again).sum())
        raise AssertionError(f"Two trainings from one seed differ in {differ} of {first.numel()} weights, wanted none.")
    if torch.equal(first, other):
        raise AssertionError(f"Trainings from two seeds give the same {first.numel()} weights, wanted different ones.")
    return {"seen": f"{first.numel()} weights are the same bits from one seed twice, and others from another seed"}


def _trained(seed: int) -> Any:
    """All weights, in one vector, of a network after 8 steps of 8 shuffled rows."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 1))
    speed = [torch.zeros_like(weight) for weight in model.parameters()]
    for _ in range(8):
        rows = torch.randn(64, 8)[torch.randperm(64)[:8]]
        loss = nn.functional.mse_loss(model(rows), rows.sum(1, keepdim=True))
        slopes = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            # By hand: the first use of torch.optim imports the compiler, which takes 2 seconds.
            for weight, slope, momentum in zip(model.parameters(), slopes, speed):
                weight -= 0.05 * momentum.mul_(0.9).add_(slope)
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach()


def special_values() -> dict[str, object]:
    """NaN and infinity go through as IEEE 754 says, at every place of a SIMD vector; denormals are kept or flushed.

    Flushing is a setting, not an error: "flushes_denormals" says which it is.
    """
    import torch

    inf, nan = math.inf, math.nan
    for place in (0, 7, 36):
        x = torch.ones(37)
        x[place] = nan
        results = {"sum": x.sum(), "max": x.max(), "matmul": x @ x, "relu": x.relu()[place], "softmax": x.softmax(0)[1]}
        for name, value in results.items():
            _same(f"{name} of numbers with a NaN at place {place}", float(value), nan)
    many = torch.full((37,), inf)
    _same("infinity minus infinity", float((many - many)[-1]), nan)
    _same("infinity times zero", float((many * torch.zeros(37))[-1]), nan)
    _same("one over minus infinity, in sign", float((1 / -many)[-1].signbit()), 1.0)
    _same("exp of minus infinity", float((-many).exp()[-1]), 0.0)
    _same("largest float32 times two", float((torch.full((37,), 3.4e38) * 2)[-1]), inf)
    _same("largest float16 plus 32", float((torch.full((37,), 65504.0, dtype=torch.float16) + 32)[-1]), inf)
    # 1e-20 is normal, its square is not: the smallest normal float32 is 1.2e-38.
    flushed = bool(((torch.full((37,), 1e-20) ** 2) == 0).any())
    words = "flushed to zero" if flushed else "kept"
    return {"seen": f"NaN and infinity go through, denormals are {words}", "flushes_denormals": flushed}


def _random(*shape: int, seed: int = 0) -> Any:
    """Standard normal float32 numbers, the same at each call."""
    import torch

    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _roundoff(dtype: Any) -> float:
    """u: half the distance from 1 to the next number of the type."""
    import torch

    return float(torch.finfo(dtype).eps) / 2


def _gamma(n: int) -> float:
    """Higham's gamma(n) = n u / (1 - n u), with float32's u = 2^-24."""
    return n * 2.0**-24 / (1 - n * 2.0**-24)


def _held(name: str, got: Any, exact: Any, bound: Any) -> float:
    """The largest |got - exact| / bound over all elements; AssertionError where it is over 1, or not a number."""
    error = (got.double() - exact).abs()
    ratio = error / bound
    if not bool((ratio <= 1).all()):
        worst = int(ratio.nan_to_num(math.inf).argmax())
        values = f"got {float(got.flatten()[worst]):.9g}, wanted {float(exact.flatten()[worst]):.9g}"
        raise AssertionError(f"{name}: {values}, an error of {float(ratio.flatten()[worst]):.3g} times its bound.")
    return float(ratio.max())


def _residual(difference: Any, size: Any) -> float:
    """|difference| in the 1-norm, in units of n eps |A|, n = 50 and eps = 2^-23 of float32."""
    import torch

    return float(torch.linalg.matrix_norm(difference, 1) / (50 * 2.0**-23 * size))


def _same(name: str, got: float, wanted: float) -> None:
    if not (got == wanted or (math.isnan(got) and math.isnan(wanted))):
        raise AssertionError(f"{name}: got {got}, wanted {wanted}.")
