"""The data science extra at work: each package does one small real operation whose answer is known.

Every probe returns {"seen": words with the figures}, and raises AssertionError where a result is wrong.
"""

from __future__ import annotations

import json
import os
import tempfile

WITHOUT_TORCH = True


def use_seaborn() -> dict[str, object]:
    """A bar plot of two groups draws bars as high as the groups' means, without a display."""
    with tempfile.TemporaryDirectory() as folder:
        # matplotlib's font cache would otherwise be written to the home directory.
        os.environ["MPLCONFIGDIR"] = folder
        import matplotlib

        matplotlib.use("Agg")
        import pandas as pd
        import seaborn
        from matplotlib import pyplot

        frame = pd.DataFrame({"kind": ["a", "b", "a", "b"], "value": [1.0, 2.0, 3.0, 6.0]})
        axes = seaborn.barplot(frame, x="kind", y="value", errorbar=None)
        heights = [round(float(bar.get_height()), 9) for bar in axes.patches]
        axes.figure.canvas.draw()
        pyplot.close(axes.figure)
    _equal("heights of the bars of two groups", heights, [2.0, 4.0])
    return {"seen": f"bars of two groups drawn as high as their means, {heights[0]:g} and {heights[1]:g}"}


def use_plotly() -> dict[str, object]:
    """A line plot of a frame survives JSON, and becomes a page of HTML that holds its title."""
    import pandas as pd
    from plotly import express, io

    figure = express.line(pd.DataFrame({"x": [1, 2, 3], "y": [1.0, 4.0, 9.0]}), x="x", y="y", title="Squares of x")
    _equal("points of a line", [float(y) for y in figure.data[0].y], [1.0, 4.0, 9.0])
    again = io.from_json(figure.to_json())
    _equal("a figure after JSON", json.loads(again.to_json()) == json.loads(figure.to_json()), True)
    page = figure.to_html(include_plotlyjs=False)
    if "Squares of x" not in page:
        raise AssertionError(f"A page of HTML begins with {page[:80]!r}, wanted the figure's title in it.")
    return {"seen": f"line of 3 points survives JSON, and is a page of {len(page)} characters"}


def use_polars() -> dict[str, object]:
    """A lazy query (filter, join, group) on two frames, and its answer as a NumPy array."""
    import polars as pl

    sales = pl.LazyFrame({"item": ["a", "b", "a", "c"], "count": [1, 2, 3, 50]})
    prices = pl.LazyFrame({"item": ["a", "b"], "price": [0.5, 2.0]})
    worth = (pl.col("count") * pl.col("price")).sum().alias("worth")
    sold = sales.filter(pl.col("count") < 50).join(prices, on="item")
    answer = sold.group_by("item").agg(worth).sort("item").collect()
    _equal("worth of each item", answer.to_dict(as_series=False), {"item": ["a", "b"], "worth": [2.0, 4.0]})
    _equal("a column as an array", answer["worth"].to_numpy().tolist(), [2.0, 4.0])
    return {"seen": "a lazy query of two frames gives 2 and 4"}


def use_statsmodels() -> dict[str, object]:
    """Least squares of y = 1 + 2 x with known residuals, against the closed form of slope and its standard error."""
    import numpy as np
    from statsmodels import api

    x = np.arange(20.0)
    y = 1 + 2 * x + np.cos(7 * x)
    result = api.OLS(y, api.add_constant(x)).fit()
    slope, offset = np.polyfit(x, y, 1)
    _close("slope of a fitted line", float(result.params[1]), float(slope))
    residuals = y - offset - slope * x
    error = float(np.sqrt((residuals**2).sum() / 18 / ((x - x.mean()) ** 2).sum()))
    _close("standard error of the slope", float(result.bse[1]), error)
    if not result.pvalues[1] < 1e-6:
        raise AssertionError(f"A slope of {slope:.3f} has p = {result.pvalues[1]:.1e}, wanted under 1e-06.")
    return {"seen": f"slope {slope:.3f} with standard error {error:.4f}, as in closed form"}


def _close(name: str, got: float, wanted: float) -> None:
    """To 9 digits; written so that a NaN fails."""
    if not abs(got - wanted) <= 1e-9 * abs(wanted):
        raise AssertionError(f"{name}: got {got!r}, wanted {wanted!r}.")


def _equal(name: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise AssertionError(f"{name}: got {got!r}, wanted {wanted!r}.")
