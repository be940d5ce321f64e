"""The core scientific packages at work: each does one small real operation whose answer is known.

Every probe returns {"seen": words with the figures}, and raises AssertionError where a result is wrong.
"""

from __future__ import annotations

import io
import os
import tempfile

WITHOUT_TORCH = True
IN_TURN = True


def use_numpy() -> dict[str, object]:
    """A singular value decomposition multiplies back to its matrix (LAPACK, BLAS), and a sort is a sort (SIMD)."""
    import numpy as np

    random = np.random.default_rng(0)
    matrix = random.standard_normal((60, 40))
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    error = float(np.abs(u @ np.diag(s) @ vt - matrix).max())
    _close("largest error of the matrix rebuilt from its SVD", error, 0.0, 1e-12)
    ordered = np.sort(random.permutation(1000).astype(np.float32))
    _equal("1000 shuffled numbers, sorted", ordered.tolist(), list(range(1000)))
    return {"seen": f"SVD of 60x40 rebuilds to {error:.0e}, 1000 numbers sorted"}


def use_pandas() -> dict[str, object]:
    """A group's mean, a rolling sum, a monthly resampling and a CSV round trip."""
    import pandas as pd

    days = pd.date_range("2024-01-30", periods=4, freq="D")
    frame = pd.DataFrame({"kind": ["a", "b", "a", "b"], "value": [1.0, 2.0, 3.0, 6.0]}, index=days)
    means = frame.groupby("kind")["value"].mean().to_dict()
    _equal("mean of each group", means, {"a": 2.0, "b": 4.0})
    _equal("rolling sum of 2", frame["value"].rolling(2).sum().tolist()[1:], [3.0, 5.0, 9.0])
    _equal("sum of each month", frame["value"].resample("MS").sum().tolist(), [3.0, 9.0])
    again = pd.read_csv(io.StringIO(frame.to_csv()), index_col=0, parse_dates=True)
    pd.testing.assert_frame_equal(again, frame, check_freq=False, check_index_type=False)
    return {"seen": f"group means {means['a']:g} and {means['b']:g}, rolling and monthly sums, CSV round trip"}


def use_scipy() -> dict[str, object]:
    """A linear system, the minimum of Rosenbrock's function (1, 1), and Phi(1.96) of the normal distribution."""
    import numpy as np
    from scipy import linalg, optimize, stats

    second_difference = linalg.toeplitz([2.0, -1.0] + [0.0] * 18)
    solution = linalg.solve(second_difference, second_difference @ np.arange(20.0))
    error = float(np.abs(solution - np.arange(20.0)).max())
    _close("largest error of a solved 20x20 system", error, 0.0, 1e-11)
    lowest = optimize.minimize(optimize.rosen, [-1.2, 1.0], jac=optimize.rosen_der, method="BFGS").x
    _close("distance to the minimum of Rosenbrock's function", float(np.hypot(*(lowest - 1))), 0.0, 1e-4)
    below = float(stats.norm.cdf(1.96))
    _close("normal distribution below 1.96", below, 0.9750021048517795, 1e-12)
    return {"seen": f"solved 20x20 to {error:.0e}, minimum at ({lowest[0]:.4f}, {lowest[1]:.4f}), Phi {below:.6f}"}


def use_scikit_learn() -> dict[str, object]:
    """A classifier learns two classes that are well apart, and is scored on points that it has not seen."""
    from sklearn.datasets import make_classification
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    points, classes = make_classification(
        n_samples=400, n_features=10, n_informative=5, n_clusters_per_class=1, class_sep=2.0, random_state=0
    )
    split = train_test_split(points, classes, test_size=0.5, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(split[0], split[2])
    accuracy = float(model.score(split[1], split[3]))
    if not accuracy > 0.9:
        raise AssertionError(f"A classifier of two well separated classes is right in {accuracy:.0%}, wanted over 90%.")
    return {"seen": f"classifier right in {accuracy:.1%} of 200 unseen points"}


def use_matplotlib() -> dict[str, object]:
    """A figure of 2x1 inches at 100 dpi, drawn without a display, reads back as 200x100 pixels with its red line."""
    with tempfile.TemporaryDirectory() as folder:
        # Its font cache would otherwise be written to the home directory.
        os.environ["MPLCONFIGDIR"] = folder
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot

        figure, axes = pyplot.subplots(figsize=(2, 1), dpi=100)
        axes.plot([0, 1], [0, 1], color="red", linewidth=3)
        axes.set_title("title")
        png = io.BytesIO()
        figure.savefig(png, format="png")
        pyplot.close(figure)
        png.seek(0)
        pixels = pyplot.imread(png, format="png")
    _equal("height, width and channels of the figure", list(pixels.shape), [100, 200, 4])
    red = int(((pixels[..., 0] > 0.9) & (pixels[..., 1] < 0.1)).sum())
    if red < 50:
        raise AssertionError(f"A red line across the figure has {red} red pixels, wanted 50 or more.")
    return {"seen": f"figure of 200x100 pixels, {red} of them red, in {len(png.getvalue())} bytes of PNG"}


def _close(name: str, got: float, wanted: float, tolerance: float) -> None:
    # Written so that a NaN fails.
    if not abs(got - wanted) <= tolerance:
        raise AssertionError(f"{name}: got {got!r}, wanted {wanted!r} within {tolerance:.1e}.")


def _equal(name: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise AssertionError(f"{name}: got {got!r}, wanted {wanted!r}.")
