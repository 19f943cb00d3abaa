/* The picture of a network that moves: weights as lines, neurons with what they give. */

import {el, fading, fitted, svg} from "./shell.js";
import {levelOf, numberText, unitOf} from "./numbers.js";
import {say} from "./words.js";

const MOST_UNITS = 16;
const MOST_LINES = 500;
const MOST_LETTERS = 18;
const FAINT = 0.08;

export class NetView {
  /* `told` is given a neuron when it is looked at: layer and place, or null. */
  constructor(names, layers, told) {
    this.names = names;
    this.layers = layers;
    this.told = told;
    const sizes = [names.length, ...layers.map(layer => layer.weights.length)];
    const tallest = Math.max(...sizes.map(n => Math.min(n, MOST_UNITS + 1)));
    this.step = tallest <= 8 ? 46 : tallest <= 12 ? 36 : 28;
    this.radius = this.step * 0.4;
    this.top = 34;
    this.height = this.step * tallest + 12;
    const left = 14 + 6.6 * Math.max(...names.map(name => Math.min(name.length, MOST_LETTERS)));
    this.gap = 128;
    this.places = sizes.map((count, c) => this.column(count, left + this.radius + c * (this.gap + 2 * this.radius)));
    this.width = left + sizes.length * (this.gap + 2 * this.radius) - this.gap + 74;
    this.picture = svg("svg", {viewBox: `0 0 ${this.width} ${this.top + this.height}`, role: "group", "aria-label": say("The network")});
    /* No letter is smaller than ten pixels: what is wider than the page scrolls. */
    this.picture.style.minWidth = `${(0.92 * this.width).toFixed(0)}px`;
    this.lines = svg("g");
    this.nodes = svg("g");
    this.picture.append(this.lines, this.nodes);
    this.make();
    this.element = fading(el("div", {class: "net"}, this.picture));
  }

  column(count, x) {
    const half = MOST_UNITS / 2;
    const shown = count <= MOST_UNITS ? [...Array(count).keys()] : [...Array(half).keys(), ...Array.from({length: half}, (_, i) => count - half + i)];
    const slots = shown.length + (count > MOST_UNITS ? 1 : 0);
    const top = this.top + (this.height - this.step * slots) / 2 + this.step / 2;
    return new Map(shown.map((k, slot) => [k, {x, y: top + this.step * (slot + (count > MOST_UNITS && slot >= half ? 1 : 0))}]));
  }

  make() {
    const title = (x, text) => this.nodes.append(svg("text", {x, y: 16, class: "title", "text-anchor": "middle"}, text));
    const units = [];
    this.places.forEach((places, c) => {
      const x = places.values().next().value.x;
      title(x, c ? `${this.layers[c - 1].weights.length} ${this.layers[c - 1].activation || say("linear")}` : say("inputs"));
      for (const [k, {x: cx, y}] of places) {
        const r = this.radius;
        const ring = svg("rect", {x: cx - r - 4, y: y - r - 4, width: 2 * r + 8, height: 2 * r + 8, rx: 7, class: "ring"});
        const image = svg("image", {x: cx - r, y: y - r, width: 2 * r, height: 2 * r, preserveAspectRatio: "none"});
        const card = svg("rect", {x: cx - r, y: y - r, width: 2 * r, height: 2 * r, rx: 4, class: "unit"});
        const group = svg("g", {class: "neuron", tabindex: 0, role: "button", "aria-label": this.called(c, k)}, ring, image, card);
        for (const name of ["mouseenter", "focus", "click"]) group.addEventListener(name, () => this.look(c, k));
        const value = svg("text", {x: cx, y: y + 3.5, "text-anchor": "middle", class: "value"});
        group.append(value);
        if (!c) group.append(svg("text", {x: cx - r - 8, y: y + 4, "text-anchor": "end", class: "name"}, fitted(this.names[k], MOST_LETTERS)));
        const out = c === this.places.length - 1 ? svg("text", {x: cx + r + 9, y: y + 4, class: "name"}) : null;
        if (out) group.append(out);
        this.nodes.append(group);
        units.push({c, k, ring, image, card, value, out, group});
      }
      const count = c ? this.layers[c - 1].weights.length : this.names.length;
      if (count > MOST_UNITS) {
        const ys = [...places.values()].map(place => place.y);
        this.nodes.append(svg("text", {x, y: (ys[MOST_UNITS / 2 - 1] + ys[MOST_UNITS / 2]) / 2 + 4, "text-anchor": "middle", class: "value"}, say("… {count} more …", {count: count - MOST_UNITS})));
      }
    });
    this.units = units;
  }

  called(c, k) {
    if (!c) return this.names[k];
    const layer = this.layers[c - 1].name || say("layer {place}", {place: c});
    return say("neuron {place} of {layer}", {place: k + 1, layer});
  }

  look(c, k) {
    for (const unit of this.units) unit.group.classList.toggle("looked", unit.c === c && unit.k === k);
    this.told(c, k);
  }

  /* Show the weights of a moment: those of neurons that are not drawn are left out, and of many the weakest. */
  weights(layers) {
    const found = [];
    let largest = 0;
    for (const [l, {weights}] of layers.entries()) {
      for (const [k, row] of weights.entries()) {
        for (const [j, w] of row.entries()) {
          if (Number.isFinite(w)) largest = Math.max(largest, Math.abs(w));
          if (this.places[l + 1].has(k) && this.places[l].has(j)) found.push([Math.abs(w), l, k, j, w]);
        }
      }
    }
    found.sort((a, b) => a[0] - b[0]);
    const kept = found.slice(-MOST_LINES);
    const widest = Math.max(1.3, 3.6 * Math.min(1, Math.sqrt(60 / Math.max(1, kept.length))));
    const total = layers.reduce((sum, {weights}) => sum + weights.length * weights[0].length, 0);
    this.hidden = total - kept.length;
    this.lines.replaceChildren(...kept.map(([size, l, k, j, w]) => {
      const a = this.places[l].get(j);
      const b = this.places[l + 1].get(k);
      const [x0, x1] = [a.x + this.radius, b.x - this.radius];
      const third = (x1 - x0) / 3;
      const share = largest ? Math.min(1, size / largest) : 0;
      const kind = !Number.isFinite(w) ? "broken" : share < FAINT ? "faint" : w > 0 ? "positive" : "negative";
      return svg("path", {d: `M${x0} ${a.y}C${x0 + third} ${a.y} ${x1 - third} ${b.y} ${x1} ${b.y}`, class: `weight ${kind}`, "stroke-width": (0.4 + widest * share).toFixed(2)});
    }));
  }

  /* Show what every neuron gives: addresses of images, by column. */
  thumbnails(images) {
    for (const unit of this.units) {
      const address = images?.[unit.c] ? images[unit.c][unit.k] : null;
      if (address) unit.image.setAttribute("href", address);
      else unit.image.removeAttribute("href");
      unit.card.classList.toggle("clear", Boolean(address));
    }
  }

  /* Show values and blame for one example, values up to a column and blame from one on; null takes them away. */
  numbers(passed, blame, upTo = Infinity, from = 0) {
    const unit = passed ? unitOf(passed.flatMap(column => column.values)) : 1;
    const blameUnit = blame ? unitOf(blame.slice(1).flat()) : 1;
    for (const {c, k, ring, card, value, out} of this.units) {
      const v = passed && c <= upTo ? passed[c].values[k] : null;
      const blamed = Boolean(blame && c && c >= from);
      card.dataset.f = v === null ? "card" : `scale${levelOf(v, unit)}`;
      value.textContent = v === null || this.radius < 14 ? "" : numberText(v, 2);
      value.dataset.f = v === null ? "ink" : `ink${levelOf(v, unit)}`;
      if (out) out.textContent = v === null ? "" : numberText(v, 3);
      ring.dataset.f = blamed ? `scale${levelOf(blame[c][k], blameUnit)}` : "background";
      ring.classList.toggle("on", blamed);
    }
  }
}
