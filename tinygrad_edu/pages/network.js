/* The picture of a network, alive: a neuron that is looked at says what it adds up, one that is clicked opens as its
   scalar graph. */

import {Shell, button, el, fading} from "./shell.js";
import {numberOf} from "./chain.js";
import {bracketed, numberText} from "./numbers.js";
import {Embedded, neuronLeaves} from "./embedded.js";
import {say, together} from "./words.js";

const MOST_TERMS = 10;
/* How much taller the picture is for a note below it. */
const NOTE = 14;

export class Page extends Shell {
  constructor(host, functions) {
    super(host);
    this.columns = this.data.columns;
    this.walks = this.data.walks.map((walk, i) => walk && new Embedded(walk, functions[`walk${i}`]));
    this.open(this.make());
  }

  make() {
    const address = this.host.querySelector("img").getAttribute("src");
    const text = decodeURIComponent(address.slice(address.indexOf(",") + 1));
    this.svg = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
    this.svg.querySelector("style.colours").remove();
    this.svg.setAttribute("role", "group");
    this.svg.style.minWidth = `${(1.12 * Number(this.svg.getAttribute("width"))).toFixed(0)}px`;
    for (const name of ["width", "height"]) this.svg.removeAttribute(name);
    /* What stands below the picture, from side to side, is told beside it, where it is wrapped on a narrow page. */
    const notes = [...this.svg.querySelectorAll(".tg-note > text:not(.m)")];
    const [left, top, wide, tall] = this.svg.getAttribute("viewBox").split(" ").map(Number);
    this.svg.setAttribute("viewBox", [left, top, wide, tall - NOTE * notes.length].join(" "));
    for (const note of notes) note.remove();
    this.weights = [...this.svg.querySelectorAll(".tg-weight[data-weight]")].map(element => ({element, ends: element.dataset.weight.split("-").map(Number)}));
    this.neurons = new Map();
    for (const element of this.svg.querySelectorAll(".tg-node")) {
      const found = /^u(\d+)-(\d+)$/.exec(element.dataset.id);
      if (found) this.neuron(element, Number(found[1]), Number(found[2]));
    }
    const first = this.neurons.values().next().value;
    if (first) first.element.setAttribute("tabindex", "0");
    this.told = el("section", {class: "told", "aria-label": say("The neuron"), "aria-live": "polite"},
      el("p", {class: "hint"}, say("Look at a neuron to see what it adds up: point at it, or go there with the arrow keys. Click it, or press Enter, to open its scalar graph.")));
    this.opened = el("section", {class: "opened", "aria-label": say("The neuron as a scalar graph"), hidden: true});
    return el("div", {class: "box", role: "region", "aria-label": say("A network, neuron by neuron")},
      fading(el("div", {class: "net", role: "group", "aria-label": say("Picture of the network"), tabindex: -1}, this.svg)),
      el("div", {class: "notes"}, ...notes.map(note => el("p", {class: "hint"}, note.textContent))), this.told, this.opened);
  }

  neuron(element, c, k) {
    const unit = this.columns[c].units[k];
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", "-1");
    element.setAttribute("aria-label", unit.name + (unit.value === null ? "" : `: ${this.write(unit.value)}`));
    element.addEventListener("mouseenter", () => this.look(c, k));
    element.addEventListener("focus", () => this.look(c, k));
    element.addEventListener("click", () => this.enter(c, k));
    this.neurons.set(`${c}-${k}`, {element, c, k});
  }

  write(x, digits = this.data.digits) {
    return numberText(numberOf(x) + 0, digits);
  }

  /* Light up a neuron with the weights that lead to it, and say what it adds up. */
  look(c, k) {
    this.at = [c, k];
    for (const [name, {element}] of this.neurons) {
      element.classList.toggle("looked", name === `${c}-${k}`);
      element.setAttribute("tabindex", name === `${c}-${k}` ? "0" : "-1");
    }
    for (const {element, ends: [to, , into]} of this.weights) element.classList.toggle("into", to === c && into === k);
    this.svg.classList.toggle("looking", this.weights.some(({ends: [to, , into]}) => to === c && into === k));
    this.told.replaceChildren(...this.words(this.columns[c], this.columns[c].units[k]));
  }

  words(column, unit) {
    const title = el("h2", {}, unit.name);
    const blame = unit.blame === null ? "" : say("Its blame, the gradient of its sum, is {blame}.", {blame: this.write(unit.blame)});
    if (!unit.weights.length) return [title, el("p", {}, unit.value === null ? say("An input.") : say("An input: {value}.", {value: this.write(unit.value)}))];
    const weights = unit.weights.map(numberOf);
    const given = column.given.map(numberOf);
    const terms = weights.map((w, j) => ({j, w, x: given[j], product: given.length ? w * given[j] : w}));
    terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
    const sum = terms.reduce((total, {product}) => total + product, 0) + (unit.bias === null ? 0 : numberOf(unit.bias));
    const numbers = {sum: this.write(sum), value: unit.value === null ? "" : this.write(unit.value), activation: column.title};
    const said = unit.value === null ? say("No example is shown, so these are its weights alone.")
      : !given.length ? say("It gives {value}.", numbers)
        : column.plain ? say("Its sum is {sum}.", numbers) : say("Its sum is {sum}, and {activation} makes {value} of it.", numbers);
    const name = j => column.names[j] ?? say("input {place}", {place: j});
    const product = say("weight × input");
    const fault = say("blame of the weight");
    const heads = [say("input"), ...(given.length ? [say("gives")] : []), say("weight"), ...(given.length ? [product] : []), ...(unit.blames.length ? [fault] : [])];
    const row = (first, ...cells) => el("tr", {}, el("th", {scope: "row"}, first), ...cells.map(cell => el("td", {}, cell)));
    const rows = terms.slice(0, MOST_TERMS).map(({j, w, x, product}) => row(name(j), ...(given.length ? [this.write(x)] : []), this.write(w),
      ...(given.length ? [this.write(product)] : []), ...(unit.blames.length ? [this.write(unit.blames[j])] : [])));
    const rest = terms.slice(MOST_TERMS);
    if (rest.length) rows.push(row(say("{count} more", {count: rest.length}), ...heads.slice(1).map(head => head === product ? this.write(rest.reduce((total, {product}) => total + product, 0)) : "")));
    if (unit.bias !== null) rows.push(row(say("bias"), ...heads.slice(1).map(head => head === (given.length ? product : say("weight")) ? this.write(unit.bias) : head === fault && unit.blame !== null ? this.write(unit.blame) : "")));
    return [title, el("p", {}, together(said, blame)), el("table", {}, el("thead", {}, el("tr", {}, ...heads.map(head => el("th", {scope: "col"}, head)))), el("tbody", {}, ...rows))];
  }

  /* Open a neuron as the scalar graph it is, with its numbers. */
  enter(c, k) {
    this.look(c, k);
    const column = this.columns[c];
    const unit = column.units[k];
    const player = column.opening && this.walks[column.opening.walk];
    const title = el("header", {}, el("h2", {tabindex: -1}, unit.name), button("✕", say("Close the scalar graph"), () => this.close()));
    this.opened.hidden = false;
    if (!player) {
      const why = !unit.weights.length ? say("An input is a leaf: nothing was computed to get it.")
        : this.data.known ? say("What this neuron was given, or what it does to its sum, is not known here.")
          : say("Give an example to open a neuron: play(model, x).");
      this.opened.replaceChildren(title, el("p", {class: "hint"}, why));
      return;
    }
    const some = column.names.length > 1 ? `${column.names[0]} … ${column.names.at(-1)}` : column.names[0];
    const whose = column.whose && some && say("{names}: what {layer} gives.", {names: some, layer: column.whose});
    const ask = say("Turn a weight, or step through the neuron: what does each weight do to what it gives, {value}?", {value: bracketed(this.write(unit.value))});
    this.opened.replaceChildren(title, el("p", {class: "hint"}, together(whose, ask)), player.element);
    player.show(neuronLeaves(column, unit));
  }

  close() {
    this.opened.hidden = true;
    this.neurons.get(this.at.join("-")).element.focus();
  }

  /* The arrow keys go from neuron to neuron, Enter opens one, Esc closes it. */
  key(event, inside) {
    if (event.key === "Escape" && !this.opened.hidden) {
      this.close();
      return true;
    }
    const at = [...this.neurons.values()].find(({element}) => element === inside);
    if (!at) return false;
    if (event.key === "Enter" || event.key === " ") {
      this.enter(at.c, at.k);
      return true;
    }
    const [across, down] = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]}[event.key] || [0, 0];
    const column = c => [...this.neurons.values()].filter(neuron => neuron.c === c);
    const slot = column(at.c).indexOf(at);
    let c = at.c + across;
    while (across && c >= 0 && c < this.columns.length && !column(c).length) c += across;
    const there = column(c);
    const next = there[Math.min(there.length - 1, slot + down)];
    if (next && (across || down) && slot + down >= 0) next.element.focus();
    return Boolean(across || down);
  }
}
