"use strict";
// Draws the page's flame graphs and timelines as SVG, whose colours are those of its style. Both can be read by keys alone:
// arrows go from one box to the next, Enter shows it in full width, Escape goes back.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const ROW = 19, LETTER = 6.9, LEAST = 0.8, PRINTED = 660, AXIS = 18;
  const KINDS = ["own", "torch", "native", "package"];
  const make = (name, attributes, parent) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (parent) parent.append(made);
    return made;
  };
  const digits = (value) => value >= 100 ? value.toFixed(0) : value.toPrecision(3);
  const time = (us) => us === 0 ? "0" : us >= 1e6 ? `${digits(us / 1e6)} s` : us >= 1e3 ? `${digits(us / 1e3)} ms` : `${us >= 10 ? digits(us) : us.toFixed(us < 1 && us > 0 ? 1 : 0)} µs`;
  const bytes = (value) => {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let at = 0;
    while (value >= 1024 && at < units.length - 1) { value /= 1024; at += 1; }
    return `${value.toFixed(at > 1 ? 1 : 0)} ${units[at]}`;
  };
  const share = (part) => `${(100 * part).toFixed(part >= 0.1 ? 0 : 1)} %`;
  const fitting = (words, width) => {
    const room = Math.floor((width - 6) / LETTER);
    return words.length <= room ? words : room < 3 ? "" : `${words.slice(0, room - 1)}…`;
  };

  let printing = false;

  // What both have: the box that is drawn into, the line that says what is at hand, buttons, keys, and drawing anew.
  class Picture {
    constructor(data) {
      this.data = data;
      this.place = document.getElementById(data.id);
      this.boxes = this.place.querySelector(".boxes");
      this.told = this.place.querySelector(".told");
      this.first = this.told.textContent;
      this.at = -1;
      this.width = 0;
      this.place.querySelector(".tools").hidden = false;
      this.boxes.hidden = this.told.hidden = false;
      this.boxes.addEventListener("keydown", (event) => this.pressed(event));
      this.boxes.addEventListener("mousemove", (event) => this.over(event));
      this.boxes.addEventListener("mouseleave", () => { this.say(this.at); });
      for (const button of this.place.querySelectorAll("button")) button.addEventListener("click", () => this.does(button.dataset.does));
      new ResizeObserver(() => { if (!printing && this.boxes.clientWidth && this.boxes.clientWidth !== this.width) this.draw(); }).observe(this.boxes);
    }
    get seen() { return !this.place.closest("details:not([open])"); }
    svg(height, width) {
      this.width = width === undefined ? this.boxes.clientWidth : width;
      const svg = make("svg", { viewBox: `0 0 ${this.width} ${height}`, width: "100%", height, role: "presentation", focusable: "false" });
      return svg;
    }
    show(svg) { this.boxes.replaceChildren(svg); }
    over(event) {
      const box = event.target.closest("[data-box]");
      if (box) this.say(Number(box.dataset.box));
    }
    say(box) { this.told.textContent = box < 0 ? this.first : this.words(box); }
    choose(box) {
      this.at = box;
      this.draw();
      this.say(box);
      const chosen = this.boxes.querySelector(".chosen");
      if (chosen) chosen.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  class Flame extends Picture {
    constructor(data) {
      super(data);
      const { nodes, names } = data;
      this.unit = data.unit === "B" ? bytes : time;
      this.boxesOf = [{ depth: 0, name: -2, size: 0, start: 0, parent: -1, next: 0, calls: [] }];
      const open = [0];
      for (let at = 0; at < nodes.length; at += 3) {
        const depth = nodes[at] + 1;
        while (open.length > depth) open.pop();
        const parent = open[open.length - 1], of = this.boxesOf[parent];
        const box = { depth, name: nodes[at + 1], size: nodes[at + 2], start: of.next, parent, next: of.next, calls: [] };
        of.next += box.size;
        of.calls.push(this.boxesOf.length);
        open.push(this.boxesOf.length);
        this.boxesOf.push(box);
        if (depth === 1) this.boxesOf[0].size += box.size;
      }
      this.names = names;
      this.zoom = 0;
      this.found = null;
      this.search = this.place.querySelector("input");
      this.counted = this.place.querySelector("output");
      this.search.addEventListener("input", () => this.look());
      this.search.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); this.next(); } });
    }
    name(box) {
      const { name } = this.boxesOf[box];
      return name === -2 ? ["all", "", -1] : name === -1 ? ["others, each too small to be seen", "", 4] : this.names[name];
    }
    words(box) {
      const [name, place] = this.name(box), { size } = this.boxesOf[box], all = this.boxesOf[0].size;
      return `${name}${place && place !== name ? `, ${place}` : ""}: ${this.unit(size)}, ${share(size / all)} of all`;
    }
    within(box, of) {
      while (box > of) box = this.boxesOf[box].parent;
      return box === of;
    }
    draw(width) {
      const zoomed = this.boxesOf[this.zoom], all = [];
      const room = width === undefined ? this.boxes.clientWidth : width, scale = room / (zoomed.size || 1);
      let rows = 0;
      this.boxesOf.forEach((box, at) => {
        const above = at !== this.zoom && this.within(this.zoom, at);
        const x = above ? 0 : (box.start - zoomed.start) * scale, wide = above ? room : box.size * scale;
        if ((!above && !this.within(at, this.zoom)) || wide < LEAST) return;
        rows = Math.max(rows, box.depth + 1);
        all.push({ at, x, wide, above });
      });
      const svg = this.svg(rows * ROW, width);
      for (const each of all) this.box(svg, each);
      this.show(svg);
      this.place.querySelector("[data-does=all]").disabled = this.zoom === 0;
    }
    box(svg, { at, x, wide, above }) {
      const box = this.boxesOf[at], [name, place, kind] = this.name(at);
      const hit = this.found ? (this.found.has(box.name) ? " hit" : " miss") : "";
      const colour = box.name < 0 ? (box.name === -1 ? "rest" : "top") : KINDS[kind];
      const group = make("g", { class: `box ${colour}${above ? " above" : ""}${hit}${at === this.at ? " chosen" : ""}`, "data-box": at }, svg);
      make("rect", { x: x.toFixed(2), y: box.depth * ROW, width: Math.max(0.5, wide - 0.6).toFixed(2), height: ROW - 1, rx: wide > 8 ? 2 : 0 }, group);
      const both = kind === 0 && place && place !== name, module = kind !== 0 && name === "<module>";  // which all files have
      const words = fitting(both ? `${name} ${place.split("/").pop()}` : module ? place : name, wide);
      if (words) make("text", { x: (x + 3).toFixed(2), y: box.depth * ROW + 13 }, group).textContent = words;
      group.addEventListener("click", () => { this.zoom = at; this.choose(at); });
    }
    does() { this.zoom = 0; this.choose(-1); }
    look() {
      const wanted = this.search.value.trim().toLowerCase();
      this.found = wanted ? new Set() : null;
      let held = 0, count = 0;
      if (wanted) {
        this.names.forEach(([name, place], number) => { if (`${name} ${place}`.toLowerCase().includes(wanted)) this.found.add(number); });
        count = this.found.size;
        let below = Infinity;  // what is called by a hit is in it already
        for (const { depth, name, size } of this.boxesOf) {
          if (depth <= below) below = Infinity;
          if (below === Infinity && this.found.has(name)) { held += size; below = depth; }
        }
      }
      this.counted.textContent = wanted ? `${count} ${count === 1 ? "function" : "functions"}, ${share(held / this.boxesOf[0].size)} of all` : "";
      this.draw();
    }
    next() {
      if (!this.found || !this.found.size) return;
      const order = this.boxesOf.map((box, at) => at).filter((at) => this.found.has(this.boxesOf[at].name));
      const after = order.find((at) => at > this.at);
      this.go(after === undefined ? order[0] : after);
    }
    go(box) {
      const room = this.boxes.clientWidth;
      if (!this.within(box, this.zoom) && !this.within(this.zoom, box)) this.zoom = 0;
      if (this.boxesOf[box].size * room / this.boxesOf[this.zoom].size < 24) this.zoom = Math.max(0, this.boxesOf[box].parent);
      this.choose(box);
    }
    pressed(event) {
      const at = Math.max(0, this.at), { parent, calls } = this.boxesOf[at];
      const beside = parent < 0 ? [] : this.boxesOf[parent].calls, number = beside.indexOf(at);
      const to = { ArrowDown: calls[0], ArrowUp: parent < 0 ? undefined : parent, ArrowLeft: beside[number - 1], ArrowRight: beside[number + 1], Home: 0 }[event.key];
      if (this.at < 0 && event.key.startsWith("Arrow")) this.go(0);
      else if (to !== undefined) this.go(to);
      else if (event.key === "Enter" || event.key === " ") { this.zoom = at; this.choose(at); }
      else if (event.key === "Escape") { this.zoom = Math.max(0, this.boxesOf[this.zoom].parent); this.choose(this.zoom); }
      else if (!event.key.startsWith("Arrow")) return;
      event.preventDefault();
    }
  }

  class Timeline extends Picture {
    constructor(data) {
      super(data);
      this.lanes = [];
      this.events = [];
      let end = 1, y = AXIS;
      for (const { kind, title, events, parts } of data.rows) {
        let depth = 0;
        const begin = this.events.length;
        for (let at = 0; at < events.length; at += 4) {
          const [name, deep, start, length] = events.slice(at, at + 4);
          depth = Math.max(depth, deep);
          end = Math.max(end, start + length);
          this.events.push({ name, lane: this.lanes.length + deep, start, length, colour: parts[name] ? `p-${parts[name]}` : this.colour(kind, data.names[name]) });
        }
        for (let deep = 0; deep <= depth; deep += 1) this.lanes.push({ title: deep ? "" : title, y: y + 15 + deep * (ROW - 3), kind });
        y += 15 + (depth + 1) * (ROW - 3) + 5;
        this.events.slice(begin).forEach((each) => { each.kind = title; });
      }
      this.height = y;
      this.end = end;
      this.all = [0, end];
      this.view = [0, end];
      this.boxes.addEventListener("pointerdown", (event) => this.pulled(event));
    }
    colour(kind, name) {
      if (kind === "gpu") return /^(memcpy|memset)/i.test(name) ? "copy" : /nccl/i.test(name) ? "own" : "native";
      return { operation: "torch", python: "own" }[kind] || "package";
    }
    words(box) {
      const { name, start, length, kind } = this.events[box];
      return `${this.data.names[name]} (${kind}): ${time(length)}, begins at ${time(start)}`;
    }
    draw(width) {
      const svg = this.svg(this.height, width), [from, to] = this.view, scale = this.width / (to - from);
      this.axis(svg, from, to, scale);
      for (const { title, y } of this.lanes) if (title) make("text", { x: 0, y: y - 4, class: "title" }, svg).textContent = title;
      const drawn = new Map();
      this.events.forEach(({ lane, start, length, colour, name }, at) => {
        if (start + length < from || start > to) return;
        const x = Math.max(-2, (start - from) * scale), end = Math.min(this.width + 2, (start + length - from) * scale);
        const wide = Math.max(LEAST, end - x);
        if (wide <= LEAST && x < (drawn.get(lane) ?? -1) + LEAST && at !== this.at) return;
        drawn.set(lane, x);
        const { y } = this.lanes[lane];
        const group = make("g", { class: `box ${colour}${at === this.at ? " chosen" : ""}`, "data-box": at }, svg);
        make("rect", { x: x.toFixed(2), y, width: Math.max(0.6, wide - 0.5).toFixed(2), height: ROW - 5, rx: wide > 8 ? 2 : 0 }, group);
        const words = fitting(this.data.names[name], wide);
        if (words) make("text", { x: (x + 3).toFixed(2), y: y + 11 }, group).textContent = words;
      });
      this.show(svg);
      this.place.querySelector("[data-does=all]").disabled = from === 0 && to === this.end;
    }
    axis(svg, from, to, scale) {
      const rough = (to - from) / Math.max(2, this.width / 130), power = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
      for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
        const x = (at - from) * scale;
        make("line", { x1: x.toFixed(1), x2: x.toFixed(1), y1: 14, y2: this.height, class: "grid" }, svg);
        make("text", { x: (x + 3).toFixed(1), y: 11, class: "title" }, svg).textContent = time(Math.round(at));
      }
    }
    look(from, to) {
      const least = Math.min(this.end, 20), length = Math.min(this.end, Math.max(least, to - from));
      const begin = Math.min(Math.max(0, from), this.end - length);
      this.view = [begin, begin + length];
      this.draw();
    }
    does(what) {
      const [from, to] = this.view, middle = (from + to) / 2, half = (to - from) / 2;
      if (what === "all") { this.at = -1; this.say(-1); this.look(0, this.end); }
      else if (what === "in") this.look(middle - half / 2, middle + half / 2);
      else if (what === "out") this.look(middle - half * 2, middle + half * 2);
      else if (what === "left") this.look(from - half / 2, to - half / 2);
      else if (what === "right") this.look(from + half / 2, to + half / 2);
    }
    zoomTo(at) {
      const { start, length } = this.events[at];
      this.look(start - length * 0.05, start + length * 1.05);
      this.choose(at);
    }
    go(at) {
      if (at === undefined || at < 0) return;
      const { start, length } = this.events[at], [from, to] = this.view;
      if (start < from || start + length > to) {
        const half = Math.max(to - from, length * 1.2) / 2;
        this.look(start + length / 2 - half, start + length / 2 + half);
      }
      this.choose(at);
    }
    nearest(lane) {
      const own = this.events.map((each, at) => at).filter((at) => this.events[at].lane === lane);
      if (!own.length) return undefined;
      const { start } = this.events[this.at];
      return own.reduce((best, at) => Math.abs(this.events[at].start - start) < Math.abs(this.events[best].start - start) ? at : best);
    }
    pressed(event) {
      const lane = this.at < 0 ? -1 : this.events[this.at].lane;
      const beside = this.events.map((each, at) => at).filter((at) => this.events[at].lane === lane), number = beside.indexOf(this.at);
      const keys = {
        ArrowRight: () => this.go(beside[number + 1]),
        ArrowLeft: () => this.go(beside[number - 1]),
        ArrowDown: () => this.go(this.nearest(lane + 1)),
        ArrowUp: () => this.go(this.nearest(lane - 1)),
        Enter: () => this.zoomTo(this.at),
        Escape: () => this.does("all"),
        "+": () => this.does("in"),
        "-": () => this.does("out"),
      };
      if (!(event.key in keys)) return;
      if (this.at < 0 && (event.key.startsWith("Arrow") || event.key === "Enter")) this.choose(0);
      else keys[event.key]();
      event.preventDefault();
    }
    pulled(event) {
      if (event.button) return;
      const box = this.boxes.getBoundingClientRect(), [from, to] = this.view, scale = (to - from) / this.width;
      const begin = event.clientX - box.left, hit = event.target.closest("[data-box]");
      const mark = make("rect", { class: "pulled", x: begin, y: 0, width: 0, height: this.height });
      const moved = (now) => {
        const x = Math.min(Math.max(0, now.clientX - box.left), this.width);
        mark.setAttribute("x", Math.min(begin, x));
        mark.setAttribute("width", Math.abs(x - begin));
        if (!mark.parentNode) this.boxes.firstChild.append(mark);
      };
      const done = (now) => {
        removeEventListener("pointermove", moved);
        removeEventListener("pointerup", done);
        removeEventListener("pointercancel", done);
        const x = now.clientX - box.left;
        mark.remove();
        if (now.type === "pointercancel") return;
        if (Math.abs(x - begin) > 4) this.look(from + Math.min(begin, x) * scale, from + Math.max(begin, x) * scale);
        else if (hit) this.zoomTo(Number(hit.dataset.box));
      };
      addEventListener("pointermove", moved);
      addEventListener("pointerup", done);
      addEventListener("pointercancel", done);
    }
  }

  const data = JSON.parse(document.getElementById("charts").textContent);
  const pictures = data.map((each) => each.kind === "flame" ? new Flame(each) : new Timeline(each));
  const draw = (width) => {
    const seen = pictures.filter((each) => each.seen);
    for (const each of seen) each.draw(width);
    document.documentElement.dataset.drawn = String(seen.length);
  };
  for (const part of document.querySelectorAll("details.part")) part.addEventListener("toggle", () => { if (part.open) draw(); });
  addEventListener("beforeprint", () => { printing = true; draw(PRINTED); });
  addEventListener("afterprint", () => { printing = false; draw(); });
  draw();
})();
