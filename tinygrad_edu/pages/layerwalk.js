/* A loss too large to be drawn node by node, stepped through on the picture of the network: column by column forward,
   then the blame back. */

import {button, el} from "./shell.js";
import {numberText} from "./numbers.js";

const largest = numbers => numbers.reduce((best, v, k) => Math.abs(v) > Math.abs(numbers[best]) ? k : best, 0);

export class LayerWalk {
  /* `net` is the picture, which has a column for the inputs and one for each layer. */
  constructor(net) {
    Object.assign(this, {net, layers: net.layers.length});
    this.at = this.last;
    this.first = button("|◀", "To the inputs", () => this.go(0));
    this.back = button("◀", "One column back", () => this.go(this.at - 1));
    this.forth = button("▶", "One column on", () => this.go(this.at + 1));
    this.count = el("output", {class: "count"});
    this.sentence = el("p", {role: "status", "aria-live": "polite", class: "sentence"});
    this.element = el("div", {class: "layers"}, el("div", {class: "bar"}, this.first, this.back, this.forth, this.count), this.sentence);
  }

  get last() {
    return 2 * this.layers + 1;
  }

  /* Show an example: what every column gives, the blame of every column, the loss. */
  show(passed, blame, loss) {
    Object.assign(this, {passed, blame, loss});
    this.go(this.at);
  }

  go(to) {
    this.at = Math.max(0, Math.min(this.last, to));
    this.count.textContent = `${this.at} of ${this.last}`;
    this.first.disabled = this.back.disabled = this.at === 0;
    this.forth.disabled = this.at === this.last;
    const back = this.at - this.layers - 1;
    this.net.numbers(this.passed, back >= 0 ? this.blame : null, this.at, this.layers - back);
    this.sentence.textContent = back < 0 ? this.forward(this.at) : this.backward(this.layers - back);
  }

  forward(c) {
    if (c === 0) return "Forward: the inputs are there. Each step computes the next column from the one before.";
    const {sums, values} = this.passed[c];
    const k = largest(values);
    const activation = this.net.layers[c - 1].activation;
    return `Forward: every neuron of column ${c} adds up what the column before gives, each times its weight, and its bias. ` +
      `The loudest is ${this.net.called(c, k)}: its sum is ${numberText(sums[k], 3)}${activation ? `, and ${activation} makes ${numberText(values[k], 3)} of it` : ""}.`;
  }

  backward(c) {
    const blames = this.blame[c];
    const k = largest(blames);
    if (c === this.layers) {
      return `Backward: the loss is ${numberText(this.loss)}. Its slope towards each output, times that of the activation, is where the blame starts: ` +
        `${this.net.called(c, k)} has most, ${numberText(blames[k], 3)}.`;
    }
    if (c === 0) return "Backward: the blame has come through to the inputs, of which nothing learns.";
    const silent = blames.filter(b => b === 0).length;
    return `Backward: every neuron of column ${c} gets the blame of those after it, each times the weight that leads there, times its own slope. ` +
      `${this.net.called(c, k)} has most, ${numberText(blames[k], 3)}${silent ? `; ${silent} get exactly nothing` : ""}.`;
  }
}
