/* The film of a training: one slider moves the network, the plane with the examples, and the cursor on the loss. */

import {Shell, button, el, svg} from "./shell.js";
import {Tape} from "./tape.js";
import {numberText} from "./numbers.js";
import {Chain, named, numberOf, sureness} from "./chain.js";
import {NetView, THUMB} from "./netview.js";
import {Reel, momentName} from "./reel.js";

const GRID = 44;
const SIDE = 340;
const CLASS_COLOURS = ["#2166ac", "#e06a22", "#1b9e77", "#8e44ad", "#b8860b", "#c2185b", "#00838f", "#5d6875", "#558b2f", "#6d4c41"];

const colourOf = text => [1, 3, 5].map(i => Number.parseInt(text.slice(i, i + 2), 16));
const blend = (a, b, share) => a.map((v, i) => Math.round(v + (b[i] - v) * share));

export class Page extends Shell {
  constructor(host, functions) {
    super(host);
    const {data} = this;
    this.chain = new Chain(data, functions.activations);
    this.tapes = data.losses.map(({tape}, i) => new Tape(tape, functions[`loss${i}`]));
    this.width = data.layers.at(-1).weights.length;
    this.classes = data.kind === "numbers" ? null : data.classes;
    this.ranges();
    this.reel = new Reel(data.frames.map(([epoch, step]) => [epoch, step]), () => this.show());
    this.picked = null;
    this.open(this.make());
    new MutationObserver(() => this.show()).observe(this.box, {attributes: true, attributeFilter: ["data-theme"]});
    this.show();
  }

  ranges() {
    const {X, axes} = this.data;
    this.range = axes.map(j => {
      const column = X.map(row => row[j]);
      const [low, high] = [Math.min(...column), Math.max(...column)];
      const spare = (high - low || 1) * 0.08;
      return [low - spare, high + spare];
    });
  }

  get at() {
    return this.reel.at;
  }

  /* ------------------------------------------------------------------ the page */

  make() {
    const {last} = this.reel;
    this.comparing = el("input", {type: "checkbox", onchange: () => this.show()});
    this.other = el("input", {type: "range", min: 0, max: last, value: 0, "aria-label": "Moment to compare with", oninput: () => this.show()});
    this.otherCount = el("output", {class: "count"});
    this.reel.element.append(el("label", {}, this.comparing, " compare"));
    this.planes = [this.plane("now"), this.plane("then")];
    this.second = el("div", {class: "bar second"}, el("span", {}, "against"), this.other, this.otherCount);
    this.net = new NetView(this.data.names, this.data.layers, (c, k) => this.neuron(c, k));
    this.curve = el("div", {class: "curve"});
    this.told = el("p", {class: "told", role: "status", "aria-live": "polite"});
    this.detail = el("section", {class: "detail", "aria-label": "One example", hidden: true});
    this.hint = el("p", {class: "hint"});
    const score = el("p", {class: "score"});
    this.score = score;
    return el("div", {class: "box", role: "region", tabindex: 0, "aria-label": "Film of a training", "aria-keyshortcuts": "ArrowLeft ArrowRight Space Home End"},
      this.reel.element,
      this.second,
      el("div", {class: "sides"},
        el("div", {class: "planes"}, ...this.planes.map(plane => plane.element), score),
        el("div", {class: "right"}, this.net.element, this.told, this.hint)),
      this.curve, this.detail);
  }

  plane(name) {
    const canvas = el("canvas", {width: GRID, height: GRID});
    const points = svg("svg", {viewBox: `0 0 ${SIDE} ${SIDE}`, role: "group", "aria-label": `Examples over the plane, ${name}`});
    const caption = el("figcaption");
    const axes = this.data.axes.map(j => this.data.names[j]);
    const made = {name, canvas, points, caption, dots: [], element: el("figure", {class: "plane"}, caption,
      el("div", {class: "field"}, canvas, points),
      el("div", {class: "axes"}, el("span", {}, `${axes[0]} → ${this.spans(0)}`), el("span", {}, `${axes[1]} ↑ ${this.spans(1)}`)))};
    this.data.X.forEach((row, i) => {
      const [cx, cy] = this.spot(row);
      const shape = i < this.data.learnt ? svg("circle", {cx, cy, r: 4.4}) : svg("rect", {x: cx - 4, y: cy - 4, width: 8, height: 8, transform: `rotate(45 ${cx} ${cy})`});
      const dot = svg("g", {class: "dot"}, svg("circle", {cx, cy, r: 8, class: "wrong"}), shape);
      dot.addEventListener("click", () => this.pick(i));
      shape.setAttribute("fill", this.classes ? this.classColour(this.data.y[i]) : "var(--ink)");
      points.append(dot);
      made.dots.push(dot);
    });
    return made;
  }

  spans(i) {
    return `${numberText(this.range[i][0], 2)} to ${numberText(this.range[i][1], 2)}`;
  }

  spot(row) {
    const [[left, right], [low, high]] = this.range;
    const [a, b] = this.data.axes;
    return [(row[a] - left) / (right - left) * SIDE, SIDE - (row[b] - low) / (high - low) * SIDE];
  }

  classColour(y) {
    const k = y === -1 ? 0 : Number(Array.isArray(y) ? y.indexOf(Math.max(...y)) : y);
    return CLASS_COLOURS[k % CLASS_COLOURS.length];
  }

  /* ------------------------------------------------------------------ moments */

  show() {
    const comparing = this.comparing.checked;
    this.second.hidden = !comparing;
    this.planes[1].element.hidden = !comparing;
    const layers = this.layers(this.at);
    const right = this.paint(this.planes[0], layers, this.reel.name);
    if (comparing) {
      const then = Number(this.other.value);
      this.otherCount.textContent = momentName(this.reel.moments[then]);
      this.paint(this.planes[1], this.layers(then), this.otherCount.textContent);
    }
    this.score.textContent = right === null ? "" : `${right} of ${this.data.X.length} right` +
      (this.data.left_out ? `; ${this.data.left_out} more examples are not shown` : "") +
      (this.data.learnt < this.data.X.length ? "; circles were learnt from, diamonds held out; wrong ones are ringed" : "; wrong ones are ringed");
    this.net.weights(layers);
    this.net.thumbnails(this.picked === null ? this.thumbs(layers) : null);
    this.hint.textContent = "Orange lines are positive weights, blue ones negative." +
      (this.net.hidden ? ` ${this.net.hidden.toLocaleString("en")} weak weights are not drawn.` : "") +
      (this.data.names.length > 2 ? ` The plane shows ${this.chosen()}; the others stand at their means.` : "");
    if (this.looked) this.neuron(...this.looked);
    this.example(layers);
    this.cursor();
  }

  chosen() {
    const [a, b] = this.data.axes.map(j => this.data.names[j]);
    return this.classes ? `${a} and ${b}, the two inputs that part the classes best` : `${a} and ${b}`;
  }

  layers(at) {
    this.known ??= new Map();
    if (!this.known.has(at)) this.known.set(at, this.chain.at(this.data.frames[at][2]));
    return this.known.get(at);
  }

  point(across, up) {
    const x = [...this.data.means];
    const [[left, right], [low, high]] = this.range;
    x[this.data.axes[0]] = left + (right - left) * across;
    x[this.data.axes[1]] = low + (high - low) * up;
    return x;
  }

  scale() {
    const style = getComputedStyle(this.box);
    return Array.from({length: 11}, (_, i) => colourOf(style.getPropertyValue(`--scale${i - 5}`).trim()));
  }

  paint(plane, layers, label) {
    const context = plane.canvas.getContext("2d");
    const image = context.createImageData(GRID, GRID);
    const style = getComputedStyle(this.box);
    const ground = colourOf(style.getPropertyValue("--background").trim());
    const scale = this.scale();
    const outputs = [];
    for (let i = 0; i < GRID; i++) {
      for (let j = 0; j < GRID; j++) {
        outputs.push(this.chain.forward(layers, this.point((j + 0.5) / GRID, 1 - (i + 0.5) / GRID)).at(-1).values);
      }
    }
    const largest = Math.max(...outputs.map(out => Math.abs(out[0])).filter(Number.isFinite), 1e-300);
    outputs.forEach((out, i) => {
      const colour = this.classes ? blend(ground, colourOf(CLASS_COLOURS[named(out) % CLASS_COLOURS.length]), 0.12 + 0.5 * sureness(out))
        : this.onScale(scale, out[0] / largest);
      image.data.set([...colour, 255], 4 * i);
    });
    context.putImageData(image, 0, 0);
    plane.caption.textContent = label;
    if (!this.classes) return null;
    let right = 0;
    this.data.X.forEach((row, i) => {
      const y = this.data.y[i];
      const truth = Array.isArray(y) ? y.indexOf(Math.max(...y)) : y === -1 ? 0 : Number(y);
      const good = named(this.chain.forward(layers, row).at(-1).values) === truth;
      right += good;
      plane.dots[i].classList.toggle("missed", !good);
      plane.dots[i].classList.toggle("picked", i === this.picked);
    });
    return right;
  }

  onScale(scale, x) {
    if (Number.isNaN(x)) return [176, 0, 32];
    const at = (Math.max(-1, Math.min(1, x)) + 1) * 5;
    const low = Math.min(9, Math.floor(at));
    return blend(scale[low], scale[low + 1], at - low);
  }

  /* What every neuron gives over the plane, as small images. */
  thumbs(layers) {
    const scale = this.scale();
    const grids = [];
    for (let i = 0; i < THUMB; i++) {
      for (let j = 0; j < THUMB; j++) grids.push(this.chain.forward(layers, this.point((j + 0.5) / THUMB, 1 - (i + 0.5) / THUMB)));
    }
    this.paper ??= el("canvas", {width: THUMB, height: THUMB});
    const context = this.paper.getContext("2d");
    const image = context.createImageData(THUMB, THUMB);
    const columns = grids[0].map((column, c) => column.values.map((_, k) => {
      if (!this.net.places[c].has(k)) return null;
      const values = grids.map(passed => passed[c].values[k]);
      const largest = Math.max(...values.map(Math.abs).filter(Number.isFinite), 1e-300);
      values.forEach((v, i) => image.data.set([...this.onScale(scale, v / largest), 255], 4 * i));
      context.putImageData(image, 0, 0);
      return this.paper.toDataURL();
    }));
    return columns;
  }

  /* ------------------------------------------------------------------ one neuron, one example */

  neuron(c, k) {
    this.looked = [c, k];
    const name = this.net.called(c, k);
    const x = this.picked === null ? null : this.data.X[this.picked];
    const layers = this.layers(this.at);
    const passed = x && this.chain.forward(layers, x);
    if (!c) {
      this.told.textContent = `${name}: an input${passed ? `, here ${numberText(passed[0].values[k], 3)}${this.data.std[k] === 1 ? "" : " once scaled"}` : ""}.`;
      return;
    }
    const {weights, biases} = layers[c - 1];
    const activation = this.data.layers[c - 1].activation;
    const row = [...weights[k]];
    const before = passed ? passed[c - 1].values : null;
    const terms = row.map((w, j) => [Math.abs(w * (before ? before[j] : 1)), `${numberText(w, 3)} × ${before ? numberText(before[j], 3) : this.net.called(c - 1, j)}`]);
    terms.sort((a, b) => b[0] - a[0]);
    const shown = terms.slice(0, 4).map(([, text]) => text).join(" + ") + (terms.length > 4 ? ` + … ${terms.length - 4} more` : "");
    const bias = biases ? ` + ${numberText(biases[k], 3)}` : "";
    this.told.textContent = `${name}: ${activation || "sum"} of ${shown}${bias}` +
      (passed ? ` = ${numberText(passed[c].sums[k], 3)}${activation ? `, so ${numberText(passed[c].values[k], 3)}` : ""}.` : ".");
  }

  pick(i) {
    this.picked = this.picked === i ? null : i;
    this.show();
  }

  lossOf(passed, y) {
    const {losses} = this.data;
    const i = Math.max(0, losses.findIndex(({target}) => target === y));
    const {outputs, aims} = losses[i];
    const goals = Array.isArray(y) ? y : [y];
    const leaves = new Map([...outputs.map((place, k) => [place, passed.at(-1).values[k]]), ...aims.map((place, k) => [place, Number(goals[k])])]);
    leaves.delete(-1);
    const {values, grads} = this.tapes[i].compute(leaves);
    return {loss: values[this.tapes[i].root], towards: outputs.map(place => place < 0 ? 0 : grads[place])};
  }

  example(layers) {
    this.detail.hidden = this.picked === null;
    if (this.picked === null) {
      this.net.numbers(null, null);
      return;
    }
    const row = this.data.X[this.picked];
    const y = this.data.y[this.picked];
    const passed = this.chain.forward(layers, row);
    const {loss, towards} = this.lossOf(passed, y);
    const blame = this.chain.blame(layers, passed, towards);
    this.net.numbers(passed, blame);
    const name = k => this.classes && this.classes[k] !== undefined ? this.classes[k] : String(k);
    const truth = Array.isArray(y) ? y.indexOf(Math.max(...y)) : y === -1 ? 0 : y;
    const says = named(passed.at(-1).values);
    const verdict = this.classes ? `The network says ${name(says)}; ${says === truth ? "that is right" : `the truth is ${name(truth)}`}.`
      : `The network says ${numberText(passed.at(-1).values[0], 3)}; the truth is ${numberText(Number(y), 3)}.`;
    const close = button("✕", "Close the example", () => this.pick(this.picked));
    const most = blame.slice(1, -1).flatMap((column, c) => column.map((g, k) => [Math.abs(g), c + 1, k, g])).sort((a, b) => b[0] - a[0]).slice(0, 3);
    const silent = passed.slice(1, -1).reduce((sum, column) => sum + column.values.filter(v => v === 0).length, 0);
    this.detail.replaceChildren(
      el("header", {}, el("h2", {}, `Example ${this.picked + 1} at ${this.reel.name}`), close),
      el("p", {}, `${row.map((v, j) => `${this.data.names[j]} ${numberText(v, 3)}`).join(", ")}. ${verdict} `, el("b", {}, `Its loss (${this.data.loss}) is ${numberText(loss)}.`)),
      el("p", {class: "hint"}, "Forward, every neuron shows what it gives; backward, its ring shows its blame: the gradient of this loss towards its sum." +
        (most.length ? ` Most blame: ${most.map(([, c, k, g]) => `${this.net.called(c, k)} (${numberText(g, 3)})`).join(", ")}.` : "") +
        (silent ? ` ${silent} neurons are silent, so nothing flows through them.` : "")));
    this.detail.dataset.loss = loss;
  }

  /* ------------------------------------------------------------------ the loss over time */

  cursor() {
    const series = Object.entries(this.data.series).filter(([name]) => name.endsWith("loss"));
    if (!series.length) return;
    const lines = series.map(([name, numbers]) => [name.startsWith("val") ? "held" : "learnt", numbers.map((loss, i) => [i + 1, numberOf(loss)])]);
    this.curve.replaceChildren(this.reel.curve(lines, series.length > 1 ? "solid: learnt from; dashed: held out" : ""));
  }

  key(event, inside) {
    if (event.key === " " && inside.getAttribute("role") === "button") {
      inside.dispatchEvent(new Event("click"));
      return true;
    }
    return this.reel.key(event, inside, {Escape: () => this.picked === null || this.pick(this.picked)});
  }
}
