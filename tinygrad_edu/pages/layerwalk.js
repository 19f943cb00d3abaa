/* A loss too large to be drawn node by node, stepped through on the picture of the network: column by column forward,
   then the blame back. */

import {button, el} from "./shell.js";
import {numberText} from "./numbers.js";
import {say, together} from "./words.js";

const largest = numbers => numbers.reduce((best, v, k) => Math.abs(v) > Math.abs(numbers[best]) ? k : best, 0);

export class LayerWalk {
  /* `net` is the picture, which has a column for the inputs and one for each layer. */
  constructor(net) {
    Object.assign(this, {net, layers: net.layers.length});
    this.at = this.last;
    this.first = button("|◀", say("To the inputs"), () => this.go(0));
    this.back = button("◀", say("One column back"), () => this.go(this.at - 1));
    this.forth = button("▶", say("One column on"), () => this.go(this.at + 1));
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
    this.count.textContent = say("{step} of {all}", {step: this.at, all: this.last});
    this.first.disabled = this.back.disabled = this.at === 0;
    this.forth.disabled = this.at === this.last;
    const back = this.at - this.layers - 1;
    this.net.numbers(this.passed, back >= 0 ? this.blame : null, this.at, this.layers - back);
    this.sentence.textContent = back < 0 ? this.forward(this.at) : this.backward(this.layers - back);
  }

  forward(c) {
    if (c === 0) return say("Forward: the inputs are there. Each step computes the next column from the one before.");
    const {sums, values} = this.passed[c];
    const k = largest(values);
    const activation = this.net.layers[c - 1].activation;
    const said = {name: this.net.called(c, k), sum: numberText(sums[k], 3), activation, value: numberText(values[k], 3)};
    return together(
      say("Forward: every neuron of column {column} adds up what the column before gives, each times its weight, and its bias.", {column: c}),
      activation ? say("The loudest is {name}: its sum is {sum}, and {activation} makes {value} of it.", said)
        : say("The loudest is {name}: its sum is {sum}.", said));
  }

  backward(c) {
    const blames = this.blame[c];
    const k = largest(blames);
    if (c === this.layers) {
      return together(
        say("Backward: the loss is {loss}. Its slope towards each output, times that of the activation, is where the blame starts.", {loss: numberText(this.loss)}),
        this.most(c, k));
    }
    if (c === 0) return say("Backward: the blame has come through to the inputs, of which nothing learns.");
    const silent = blames.filter(b => b === 0).length;
    return together(
      say("Backward: every neuron of column {column} gets the blame of those after it, each times the weight that leads there, times its own slope.", {column: c}),
      this.most(c, k), silent && say("{count} get exactly nothing.", {count: silent}));
  }

  most(c, k) {
    return say("{name} has most, {blame}.", {name: this.net.called(c, k), blame: numberText(this.blame[c][k], 3)});
  }
}
