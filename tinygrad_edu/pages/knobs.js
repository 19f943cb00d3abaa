/* Every leaf is a knob: turned, it says what the gradient predicts and what comes out, on a small curve as well. */

import {button, el, svg} from "./shell.js";
import {numberText} from "./numbers.js";
import {listed, say} from "./words.js";

const [WIDTH, HEIGHT, MARGIN] = [280, 150, 10];
const POINTS = 60;
const MOST_AT_ONCE = 1500;

/* The next of 1, 2, 5, 10, 20 ... below a size. */
const roundStep = size => {
  const power = 10 ** Math.floor(Math.log10(size));
  return power * [5, 2, 1].find(n => n * power <= size * 1.0001);
};

const close = (a, b) => a === b || (Number.isNaN(a) && Number.isNaN(b));

export class Knobs {
  /* `turned` is told the numbers of the leaves that are not where they were, by place. */
  constructor(tape, data, result, alone, turned) {
    Object.assign(this, {tape, result, turned, digits: data.digits});
    this.settings = new Map();
    this.rows = new Map(data.knobs.map(([place, name]) => [place, this.row(place, name)]));
    this.status = el("output");
    this.changes = el("div", {class: "changes"});
    this.picture = el("div", {class: "curve"});
    const reset = button(say("Reset all"), say("Put every knob back where it was"), () => this.reset());
    const link = button(say("Link"), say("Make the address of this page hold the setting"), () => this.link());
    link.hidden = !alone;
    this.element = el("section", {class: "knobs", "aria-label": say("Knobs")},
      el("header", {}, el("h2", {}, say("Turn a knob")), reset, link),
      el("div", {class: "sides"},
        el("div", {class: "rows", style: `--longest: ${Math.max(0, ...data.knobs.map(([, name]) => name.length))}ch`}, ...[...this.rows.values()].map(row => row.element)),
        el("div", {class: "answer"}, this.status, this.changes, this.picture)));
    this.element.hidden = !this.rows.size;
    const first = [...this.rows].find(([, row]) => row.slider);
    if (first && tape.keys.length <= MOST_AT_ONCE) this.look(first[0]);
  }

  /* Bring the knob of a leaf into sight, if it is one. */
  show(place) {
    const row = this.rows.get(place);
    if (!row) return;
    const list = row.element.parentElement;
    list.scrollTop = row.element.offsetTop - list.offsetTop - list.clientHeight / 2;
    if (row.slider) this.look(place);
  }

  write(x) {
    return numberText(x + 0, this.digits);
  }

  row(place, name) {
    const start = this.tape.start[place];
    const obstacles = this.tape.obstacles(place);
    if (obstacles.length || !Number.isFinite(start)) {
      const why = obstacles.length > 1 ? say("cannot be turned here: {names} state no code", {names: listed(obstacles)})
        : obstacles.length ? say("cannot be turned here: {name} states no code", {name: obstacles[0]})
          : say("is {value}, no number to turn", {value: this.write(start)});
      return {name, element: el("div", {class: "row", role: "note"}, el("b", {}, name), el("span", {class: "hint"}, why))};
    }
    const step = roundStep((Math.abs(start) || 0.5) / 50);
    /* One control for keyboard and screen reader, which is the number; the slider beside it is for the pointer. */
    const number = el("input", {type: "number", step, "aria-label": name, value: Number(start.toPrecision(6))});
    const slider = el("input", {type: "range", min: start - 100 * step, max: start + 100 * step, step, value: start,
      "aria-hidden": "true", tabindex: -1});
    slider.addEventListener("input", () => {
      this.set(place, close(Number(slider.value), Number(start.toPrecision(12))) ? start : Number(slider.value));
    });
    slider.addEventListener("change", () => number.focus());
    number.addEventListener("input", () => {
      if (number.value.trim() !== "" && Number.isFinite(Number(number.value))) this.set(place, Number(number.value), true);
    });
    for (const input of [slider, number]) input.addEventListener("focus", () => this.look(place));
    const back = button("↺", say("Put {name} back", {name}), () => {
      this.set(place, start);
      number.focus();
    }, {hidden: true});
    const element = el("div", {class: "row"}, el("b", {title: name}, el("bdi", {}, name)), slider, number, back);
    return {name, start, step, slider, number, back, element};
  }

  set(place, x, typed = false) {
    const row = this.rows.get(place);
    if (close(x, row.start)) this.settings.delete(place);
    else this.settings.set(place, x);
    if (!typed) row.number.value = String(Number(x.toPrecision(6)));
    row.slider.value = x;
    row.back.hidden = !this.settings.has(place);
    this.active = place;
    this.tell();
  }

  reset() {
    for (const place of [...this.settings.keys()]) {
      const row = this.rows.get(place);
      row.slider.value = row.start;
      row.number.value = Number(row.start.toPrecision(6));
      row.back.hidden = true;
    }
    this.settings.clear();
    if (location.hash && !this.element.querySelector("header button:last-child").hidden) history.replaceState(null, "", "#");
    this.tell();
  }

  tell() {
    this.turned(this.settings);
    if (this.active !== undefined) this.look(this.active);
  }

  /* Say and draw what a leaf does to the result: gradient × change, what comes out, the curve and its tangent. */
  look(place) {
    this.active = place;
    const row = this.rows.get(place);
    for (const other of this.rows.values()) other.element.classList.toggle("active", other === row);
    const others = new Map(this.settings);
    others.delete(place);
    const before = this.tape.compute(new Map([...others, [place, row.start]]));
    const x = this.settings.get(place) ?? row.start;
    const [y, slope] = [before.values[this.tape.root], before.grads[place]];
    const f = this.tape.along(before.values, place);
    const after = f(x);
    const [change, predicted, true_] = [x - row.start, slope * (x - row.start) + 0, after - y];
    const write = v => this.write(v);
    this.status.textContent = change === 0
      ? say("{name} = {value}, and its gradient is {slope}: turned a little, it moves {result} {slope} times as far. That is the slope of the dashed line. Turn it.",
        {name: row.name, value: write(row.start), result: this.result, slope: write(slope)})
      : say("{name} from {start} to {now}: the gradient predicts {predicted}, {result} changes by {change}.",
        {name: row.name, start: write(row.start), now: write(x), predicted: write(predicted), result: this.result, change: write(true_)});
    const line = (what, how, number) => el("div", {}, el("span", {}, what), el("span", {}, how), el("b", {}, number));
    this.changes.replaceChildren(
      line(say("predicted"), say("{name}.grad at first × Δ = {slope} × {change}", {name: row.name, slope: write(slope), change: write(change)}), write(predicted)),
      line(say("true"), `${write(y)} → ${write(after)}`, write(true_)));
    this.changes.dataset.predicted = predicted;
    this.changes.dataset.true = true_;
    this.draw(row, f, x, y, slope);
  }

  draw(row, f, x, y, slope) {
    const reach = Math.max(100 * row.step, Math.abs(x - row.start) * 1.1);
    const xs = Array.from({length: POINTS + 1}, (_, i) => row.start + reach * (2 * i / POINTS - 1));
    const ys = xs.map(f);
    const after = f(x);
    const seen = [...ys, y, after].filter(Number.isFinite);
    if (!seen.length) {
      this.picture.replaceChildren();
      return;
    }
    let [low, high] = [Math.min(...seen), Math.max(...seen)];
    const spare = (high - low) * 0.12 || Math.abs(high) * 0.1 || 1;
    [low, high] = [low - spare, high + spare];
    const across = v => MARGIN + (v - xs[0]) / (xs[POINTS] - xs[0]) * (WIDTH - 2 * MARGIN);
    const up = v => HEIGHT - 26 - (v - low) / (high - low) * (HEIGHT - 26 - MARGIN);
    const point = (a, b) => `${across(a).toFixed(1)} ${up(b).toFixed(1)}`;
    let pen = "M";
    const curve = xs.map((a, i) => {
      if (!Number.isFinite(ys[i])) {
        pen = "M";
        return "";
      }
      const piece = pen + point(a, ys[i]);
      pen = "L";
      return piece;
    }).join("");
    const label = say("{result} over {name}, and its tangent at {start}", {result: this.result, name: row.name, start: this.write(row.start)});
    const text = (a, b, anchor, words, kind = "") => svg("text", {x: a, y: b, "text-anchor": anchor, class: kind}, words);
    const parts = [
      svg("rect", {x: MARGIN, y: MARGIN, width: WIDTH - 2 * MARGIN, height: HEIGHT - 26 - MARGIN, class: "field"}),
      svg("path", {d: curve, class: "function"}),
    ];
    if (Number.isFinite(slope) && Number.isFinite(y)) {
      const tangent = `M${point(xs[0], y + slope * (xs[0] - row.start))}L${point(xs[POINTS], y + slope * (xs[POINTS] - row.start))}`;
      parts.push(svg("svg", {x: MARGIN, y: MARGIN, width: WIDTH - 2 * MARGIN, height: HEIGHT - 26 - MARGIN,
        viewBox: `${MARGIN} ${MARGIN} ${WIDTH - 2 * MARGIN} ${HEIGHT - 26 - MARGIN}`}, svg("path", {d: tangent, class: "tangent"})));
      const predicted = y + slope * (x - row.start);
      if (Number.isFinite(after)) parts.push(svg("path", {d: `M${point(x, predicted)}L${point(x, after)}`, class: "gap"}));
      parts.push(svg("circle", {cx: across(row.start), cy: up(y), r: 4, class: "start"}));
    }
    if (Number.isFinite(after)) parts.push(svg("circle", {cx: across(x), cy: up(after), r: 5, class: "here"}));
    parts.push(text(MARGIN, HEIGHT - 12, "start", this.write(xs[0])), text(WIDTH - MARGIN, HEIGHT - 12, "end", this.write(xs[POINTS])),
      text(WIDTH / 2, HEIGHT - 12, "middle", row.name, "name"));
    const field = svg("svg", {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label}, ...parts);
    this.picture.replaceChildren(field,
      el("p", {class: "legend"}, el("i", {class: "function"}), say("{result} over {name}", {result: this.result, name: row.name}),
        el("i", {class: "tangent"}), say("tangent: what the gradient predicts")));
  }

  link() {
    const parts = [...this.settings].map(([place, x]) => `${encodeURIComponent(this.rows.get(place).name)}=${x}`);
    history.replaceState(null, "", `#${parts.join("&")}`);
    this.status.textContent = say("The address of this page now holds the setting.");
  }

  /* Take a setting from the address of the page. */
  take(hash) {
    const wanted = new Map(hash.slice(1).split("&").filter(part => part.includes("=")).map(part => {
      const at = part.lastIndexOf("=");
      return [decodeURIComponent(part.slice(0, at)), Number(part.slice(at + 1))];
    }));
    for (const [place, row] of this.rows) {
      const x = wanted.get(row.name);
      if (row.slider && Number.isFinite(x)) this.set(place, x);
    }
  }
}
