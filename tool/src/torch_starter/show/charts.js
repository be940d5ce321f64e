"use strict";
// Draws the page's pictures, in the colours that its style has now; and again when these change, or when it is printed.
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const PRINTED = 660;  // pixels that a sheet of paper is wide between its margins
  const narrow = matchMedia("(max-width: 40rem)");
  const options = { displayModeBar: false, responsive: true, doubleClick: false, scrollZoom: false };
  const coloured = (value, style) => {
    if (typeof value === "string") return value.startsWith("--") ? style.getPropertyValue(value).trim() : value;
    if (Array.isArray(value)) return value.map((each) => coloured(each, style));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, coloured(each, style)]));
  };
  const draw = (width) => {
    const style = getComputedStyle(document.documentElement);
    const drawn = charts.map(({ id, figure }) => {
      const place = document.getElementById(id);
      const { data, layout } = coloured(figure, style);
      const few = width === undefined && narrow.matches;
      layout.annotations = (layout.annotations || []).map((each) => few && each.narrow ? { ...each, text: each.narrow } : each);
      const room = width === undefined ? place.clientWidth : Math.min(width, place.classList.contains("small-chart") ? width / 2 - 20 : width);
      return Plotly.react(place, data, { ...layout, width: width === undefined ? undefined : room, autosize: width === undefined }, options);
    });
    return Promise.all(drawn).then(() => { document.documentElement.dataset.drawn = String(drawn.length); });
  };
  draw();
  narrow.addEventListener("change", () => draw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());
  addEventListener("beforeprint", () => draw(PRINTED));
  addEventListener("afterprint", () => draw());
})();
