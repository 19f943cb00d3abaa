/* The plane of two inputs: what a network answers everywhere on it, and the examples, those it gets wrong ringed. */

import {el, svg} from "./shell.js";
import {numberText} from "./numbers.js";
import {named, sureness} from "./chain.js";
import {say} from "./words.js";

const GRID = 44;
const THUMB = 15;
export const SIDE = 340;
const CLASS_COLOURS = ["#2166ac", "#e06a22", "#1b9e77", "#8e44ad", "#b8860b", "#c2185b", "#00838f", "#5d6875", "#558b2f", "#6d4c41"];

const colourOf = text => [1, 3, 5].map(i => Number.parseInt(text.slice(i, i + 2), 16));
const blend = (a, b, share) => a.map((v, i) => Math.round(v + (b[i] - v) * share));

export const colourOfClass = k => CLASS_COLOURS[k % CLASS_COLOURS.length];

/* The colours of the scale from −1 to 1, as the theme has them. */
export const scaleOf = box => {
  const style = getComputedStyle(box);
  return Array.from({length: 11}, (_, i) => colourOf(style.getPropertyValue(`--scale${i - 5}`).trim()));
};

export const onScale = (scale, x) => {
  if (Number.isNaN(x)) return [176, 0, 32];
  const at = (Math.max(-1, Math.min(1, x)) + 1) * 5;
  const low = Math.min(9, Math.floor(at));
  return blend(scale[low], scale[low + 1], at - low);
};

export const scored = ({right, loss}) => [
  right ? say("{right} of {all} right", {right: right.filter(Boolean).length, all: right.length}) : "",
  say("mean loss {loss}", {loss: numberText(loss)}),
];

export const shapesTold = ({left_out: left, learnt, X}) => [
  left ? say("{count} more examples are not shown", {count: left}) : "",
  learnt < X.length ? say("circles were learnt from, diamonds held out") : "",
];

/* A circle for an example that was learnt from, a diamond for one that was held out. */
export const mark = (learnt, cx, cy, r) => learnt ? svg("circle", {cx, cy, r})
  : svg("rect", {x: cx - 0.9 * r, y: cy - 0.9 * r, width: 1.8 * r, height: 1.8 * r, transform: `rotate(45 ${cx} ${cy})`});

/* The class that is true of an example; of signs, −1 is the first one. */
export const truthOf = y => Array.isArray(y) ? y.indexOf(Math.max(...y)) : y === -1 ? 0 : Number(y);

export class Plane {
  /* `film` has the data and the chain; it is told which example was picked. */
  constructor(film, name) {
    Object.assign(this, {film, data: film.data, dots: []});
    const {X, axes, names, learnt, y} = this.data;
    this.range = axes.map(j => {
      const column = X.map(row => row[j]);
      const [low, high] = [Math.min(...column), Math.max(...column)];
      const spare = (high - low || 1) * 0.08;
      return [low - spare, high + spare];
    });
    this.canvas = el("canvas", {width: GRID, height: GRID});
    this.caption = el("figcaption");
    this.score = el("p", {class: "score"});
    const points = svg("svg", {viewBox: `0 0 ${SIDE} ${SIDE}`, role: "group", "aria-label": name});
    this.element = el("figure", {class: "plane"}, this.caption,
      el("div", {class: "field"}, this.canvas, points),
      el("div", {class: "axes"}, el("span", {}, `${names[axes[0]]} → ${this.spans(0)}`), el("span", {}, `${names[axes[1]]} ↑ ${this.spans(1)}`)), this.score);
    X.forEach((row, i) => {
      const [cx, cy] = this.spot(row);
      const shape = mark(i < learnt, cx, cy, 4.4);
      const dot = svg("g", {class: "dot"}, svg("circle", {cx, cy, r: 8, class: "wrong"}), svg("circle", {cx, cy, r: 11.5, class: "wrong twice"}), shape);
      dot.addEventListener("click", () => film.pick(i));
      shape.setAttribute("fill", film.classes ? colourOfClass(truthOf(y[i])) : "var(--ink)");
      points.append(dot);
      this.dots.push(dot);
    });
  }

  get ringed() {
    return say("ringed twice");
  }

  spans(i) {
    return say("{low} to {high}", {low: numberText(this.range[i][0], 2), high: numberText(this.range[i][1], 2)});
  }

  spot(row) {
    const [[left, right], [low, high]] = this.range;
    const [a, b] = this.data.axes;
    return [(row[a] - left) / (right - left) * SIDE, SIDE - (row[b] - low) / (high - low) * SIDE];
  }

  /* The inputs at a point of the plane, the other ones at their means. */
  point(across, up) {
    const x = [...this.data.means];
    const [[left, right], [low, high]] = this.range;
    x[this.data.axes[0]] = left + (right - left) * across;
    x[this.data.axes[1]] = low + (high - low) * up;
    return x;
  }

  /* Paint what a network with these weights answers, and say how the examples fare. */
  paint(layers, label, fared) {
    const {right} = fared;
    const {chain, classes, box} = this.film;
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(GRID, GRID);
    const ground = colourOf(getComputedStyle(box).getPropertyValue("--background").trim());
    const scale = scaleOf(box);
    const outputs = [];
    for (let i = 0; i < GRID; i++) {
      for (let j = 0; j < GRID; j++) outputs.push(chain.forward(layers, this.point((j + 0.5) / GRID, 1 - (i + 0.5) / GRID)).at(-1).values);
    }
    const largest = Math.max(...outputs.map(out => Math.abs(out[0])).filter(Number.isFinite), 1e-300);
    for (const [i, out] of outputs.entries()) {
      const colour = classes ? blend(ground, colourOf(colourOfClass(named(out))), 0.12 + 0.5 * sureness(out))
        : onScale(scale, out[0] / largest);
      image.data.set([...colour, 255], 4 * i);
    }
    context.putImageData(image, 0, 0);
    this.caption.textContent = label;
    this.score.textContent = scored(fared).filter(Boolean).join(say("; "));
    for (const [i, dot] of this.dots.entries()) {
      dot.classList.toggle("missed", Boolean(right) && !right[i]);
      dot.classList.toggle("picked", i === this.film.picked);
    }
  }

  /* What to make small pictures of neurons from: how many points across and down, and what the network gives there. */
  samples(layers) {
    const places = Array.from({length: THUMB}, (_, i) => (i + 0.5) / THUMB);
    return [THUMB, THUMB, places.flatMap(down => places.map(across => this.film.chain.forward(layers, this.point(across, 1 - down))))];
  }

  marks() {
    return [...shapesTold(this.data),
      ...this.film.classes ? [say("the ground is what the network answers there, deeper where it is surer"), say("wrong ones are ringed")] : []];
  }

  pictured() {
    return say("A small picture shows what its neuron gives over the plane: orange is positive, blue negative; an empty one gives nothing anywhere.");
  }

  chosen() {
    const [a, b] = this.data.axes.map(j => this.data.names[j]);
    const inputs = this.film.classes ? say("{a} and {b}, the two inputs that part the classes best", {a, b}) : say("{a} and {b}", {a, b});
    return this.data.names.length > 2 && say("The plane shows {inputs}; the others stand at their means.", {inputs});
  }
}
