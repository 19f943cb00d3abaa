/* The plane of two inputs: what a network answers everywhere on it, and the examples, those it gets wrong ringed. */

import {el, svg} from "./shell.js";
import {numberText} from "./numbers.js";
import {named, sureness} from "./chain.js";
import {say} from "./words.js";

const GRID = 44;
const SIDE = 340;
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
      const shape = i < learnt ? svg("circle", {cx, cy, r: 4.4}) : svg("rect", {x: cx - 4, y: cy - 4, width: 8, height: 8, transform: `rotate(45 ${cx} ${cy})`});
      const dot = svg("g", {class: "dot"}, svg("circle", {cx, cy, r: 8, class: "wrong"}), svg("circle", {cx, cy, r: 11.5, class: "wrong twice"}), shape);
      dot.addEventListener("click", () => film.pick(i));
      shape.setAttribute("fill", film.classes ? colourOfClass(truthOf(y[i])) : "var(--ink)");
      points.append(dot);
      this.dots.push(dot);
    });
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
  paint(layers, label, {right, loss}) {
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
    this.score.textContent = [
      right ? say("{right} of {all} right", {right: right.filter(Boolean).length, all: right.length}) : "",
      say("mean loss {loss}", {loss: numberText(loss)}),
    ].filter(Boolean).join(say("; "));
    for (const [i, dot] of this.dots.entries()) {
      dot.classList.toggle("missed", Boolean(right) && !right[i]);
      dot.classList.toggle("picked", i === this.film.picked);
    }
  }
}
