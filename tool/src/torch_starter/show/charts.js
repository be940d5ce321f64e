"use strict";
// Draws the page's pictures, in the colours that its style has now; and again when these change, or when it is printed.
// What is closed is drawn when it is opened, and opened when the page is printed.
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const PRINTED = 660;  // pixels that a sheet of paper is wide between its margins
  const narrow = matchMedia("(max-width: 40rem)");
  const options = { displayModeBar: false, responsive: true, doubleClick: false, scrollZoom: false };
  const parts = Array.from(document.querySelectorAll("details.part"));
  const seen = ({ place }) => !place.closest("details:not([open])");
  const coloured = (value, style) => {
    if (typeof value === "string") return value.startsWith("--") ? style.getPropertyValue(value).trim() : value;
    if (Array.isArray(value)) return value.map((each) => coloured(each, style));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, coloured(each, style)]));
  };
  const draw = (width) => {
    const style = getComputedStyle(document.documentElement);
    const drawn = charts.map(({ id, figure }) => ({ place: document.getElementById(id), figure })).filter(seen).map(({ place, figure }) => {
      const { data, layout } = coloured(figure, style);
      const few = width === undefined && narrow.matches;
      layout.annotations = (layout.annotations || []).map((each) => few && each.narrow ? { ...each, text: each.narrow } : each);
      const room = width === undefined ? place.clientWidth : Math.min(width, place.classList.contains("small-chart") ? width / 2 - 20 : width);
      return Plotly.react(place, data, { ...layout, width: width === undefined ? undefined : room, autosize: width === undefined }, options);
    });
    return Promise.all(drawn).then(() => { document.documentElement.dataset.drawn = String(drawn.length); });
  };
  const redraw = () => draw();
  let printed = [];
  const print = () => {
    printed = parts.filter((part) => !part.open);
    for (const part of printed) part.open = true;
    draw(PRINTED);
  };
  const printedIt = () => {
    for (const part of printed) part.open = false;
    printed = [];
    draw();
  };
  draw();
  for (const part of parts) part.addEventListener("toggle", () => { if (part.open && !printed.includes(part)) draw(); });
  narrow.addEventListener("change", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", print);
  addEventListener("afterprint", printedIt);
})();
