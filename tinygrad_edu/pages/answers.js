/* The table of answers, where a plane of two inputs would mislead: every example stands in the row of its class, in the
   column of what the network answers, and has one place within every cell. So it moves along its row while the network
   learns, and a cell of the diagonal is full where a class is known. */

import {el, fitted, svg} from "./shell.js";
import {SIDE, colourOfClass, mark, scored, shapesTold, truthOf} from "./plane.js";
import {say} from "./words.js";

const EDGE = 24;
const LETTER = 7.4;

export class AnswerTable {
  /* `film` has the data and the chain; it is told which example was picked. */
  constructor(film, name) {
    Object.assign(this, {film, data: film.data, dots: []});
    this.truths = this.data.y.map(truthOf);
    this.count = Math.max(film.width, 2, ...this.truths.map(k => k + 1));
    this.cell = (SIDE - EDGE) / this.count;
    const sizes = Array.from({length: this.count}, (_, k) => this.truths.filter(truth => truth === k).length);
    const across = Math.ceil(Math.sqrt(Math.max(...sizes)));
    this.pitch = this.cell / (across + 0.4);
    const points = svg("svg", {viewBox: `0 0 ${SIDE} ${SIDE}`, role: "group", "aria-label": name}, ...this.grid());
    this.caption = el("figcaption");
    this.score = el("p", {class: "score"});
    this.element = el("figure", {class: "plane table"}, this.caption, el("div", {class: "field"}, points),
      el("div", {class: "axes"}, el("span", {}, say("a row for each class")), el("span", {}, say("a column for each answer"))), this.score);
    const met = sizes.map(() => 0);
    this.truths.forEach((truth, i) => {
      const slot = met[truth]++;
      const [x, y] = [slot % across + 0.7, Math.floor(slot / across) + 0.7].map(n => n * this.pitch);
      const r = Math.min(4.4, 0.42 * this.pitch);
      const shape = mark(i < this.data.learnt, x, y + EDGE + truth * this.cell, r);
      shape.setAttribute("fill", colourOfClass(truth));
      const ring = svg("circle", {cx: x, cy: y + EDGE + truth * this.cell, r: r + 0.9, class: "wrong twice"});
      const dot = svg("g", {class: "dot"}, shape, ring);
      dot.addEventListener("click", () => film.pick(i));
      points.append(dot);
      this.dots.push(dot);
    });
  }

  get ringed() {
    return say("ringed");
  }

  grid() {
    const parts = [];
    for (let k = 0; k < this.count; k++) {
      const at = EDGE + k * this.cell;
      const middle = at + this.cell / 2;
      const name = this.film.className(k);
      const short = fitted(name, Math.max(2, Math.floor(this.cell / LETTER)));
      const label = attributes => svg("text", {"text-anchor": "middle", ...attributes}, short, svg("title", {}, name));
      parts.push(svg("rect", {x: at, y: at, width: this.cell, height: this.cell, class: "own", fill: colourOfClass(k)}),
        svg("path", {d: `M${EDGE} ${at}H${SIDE}M${at} ${EDGE}V${SIDE}`, class: "rule"}), label({x: middle, y: EDGE - 8}),
        label(short.length > 2 ? {x: 0, y: 0, transform: `translate(${EDGE - 8} ${middle}) rotate(-90)`} : {x: EDGE / 2, y: middle + 5}));
    }
    return parts;
  }

  /* Put every example into the column of what a network with these weights answers, and say how they fare. */
  paint(_, label, fared) {
    const {says, right} = fared;
    for (const [i, dot] of this.dots.entries()) {
      dot.style.transform = `translateX(${EDGE + Math.max(0, says[i]) * this.cell}px)`;
      dot.classList.toggle("missed", !right[i]);
      dot.classList.toggle("picked", i === this.film.picked);
    }
    this.caption.textContent = label;
    this.score.textContent = [...scored(fared), this.mostMistaken(says)].filter(Boolean).join(say("; "));
  }

  mostMistaken(says) {
    const counts = new Map();
    for (const [i, truth] of this.truths.entries()) {
      const pair = truth * this.count + says[i];
      if (says[i] !== truth && says[i] >= 0) counts.set(pair, (counts.get(pair) || 0) + 1);
    }
    if (!counts.size) return "";
    const [pair, count] = [...counts].reduce((most, entry) => entry[1] > most[1] ? entry : most);
    return say("{truth} is most often taken for {answer} ({count})",
      {truth: this.film.className(Math.floor(pair / this.count)), answer: this.film.className(pair % this.count), count});
  }

  /* What to make small pictures of neurons from: a column a class, of what the network gives its examples on average. */
  samples(layers) {
    const sums = [];
    for (const [i, truth] of this.truths.entries()) {
      const passed = this.film.chain.forward(layers, this.data.X[i]).map(({values}) => values);
      sums[truth] ??= {count: 0, columns: passed.map(values => new Float64Array(values.length))};
      sums[truth].count++;
      for (const [c, values] of passed.entries()) {
        for (const [k, v] of values.entries()) sums[truth].columns[c][k] += v;
      }
    }
    const met = sums.filter(Boolean);
    return [met.length, 1, met.map(({count, columns}) => columns.map(column => ({values: [...column].map(sum => sum / count)})))];
  }

  marks() {
    return [...shapesTold(this.data), say("on the diagonal the answer is right")];
  }

  pictured() {
    return say("A small picture has a bar for each class, the first on the left: what its neuron gives there on average, orange for positive, blue for negative.");
  }

  chosen() {
    return say("Over a plane of two of the {inputs} inputs the network would answer {wrong} of {all} examples otherwise, so they are sorted by its answers instead.",
      {inputs: this.data.names.length, wrong: this.data.misled, all: this.truths.length});
  }
}
