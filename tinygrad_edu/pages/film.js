/* The film of a training: one slider moves the network, the plane with the examples, and the cursor on the loss. */

import {Shell, button, el} from "./shell.js";
import {Tape} from "./tape.js";
import {bracketed, equalsSign, numberText, readNumber} from "./numbers.js";
import {Chain, named, numberOf, unpacked} from "./chain.js";
import {Embedded, leavesOf} from "./embedded.js";
import {endTold, fallTold, neverRight} from "./course.js";
import {LayerWalk} from "./layerwalk.js";
import {NetView} from "./netview.js";
import {AnswerTable} from "./answers.js";
import {Plane, colourOfClass, onScale, scaleOf, truthOf} from "./plane.js";
import {Reel, momentName} from "./reel.js";
import {listed, say, together} from "./words.js";

const MOST_INPUTS = 8;
const MOST_COLOURS = 12;

const rounded = x => readNumber(numberText(x, 3));

export class Page extends Shell {
  constructor(host, functions) {
    super(host);
    const {data} = this;
    this.chain = new Chain(data, functions.activations);
    this.tapes = data.losses.map(({tape}, i) => new Tape(tape, functions[`loss${i}`]));
    this.width = data.layers.at(-1).weights.length;
    this.classes = data.kind === "numbers" ? null : data.classes;
    this.frames = data.frames.map(([, , packed]) => unpacked(packed));
    this.reel = new Reel(data.frames.map(([epoch, step]) => [epoch, step]), () => this.show());
    this.walks = data.walks.map((walk, i) => ({...walk, player: new Embedded(walk.data, functions[`walk${i}`])}));
    this.picked = null;
    this.open(this.make());
    new ResizeObserver(() => this.cursor()).observe(this.box);
    new MutationObserver(() => this.show()).observe(this.box, {attributes: true, attributeFilter: ["data-theme"]});
    this.show();
    this.tellCourse();
  }

  get at() {
    return this.reel.at;
  }

  /* ------------------------------------------------------------------ the page */

  make() {
    const {last} = this.reel;
    this.comparing = el("input", {type: "checkbox", onchange: () => this.show()});
    this.other = el("input", {type: "range", min: 0, max: last, value: 0, "aria-label": say("Moment to compare with"), oninput: () => this.show()});
    this.otherCount = el("output", {class: "count"});
    this.reel.element.append(el("label", {}, this.comparing, ` ${say("compare")}`));
    this.planes = this.data.misled ? [say("Examples by their answers, now"), say("Examples by their answers, then")].map(label => new AnswerTable(this, label))
      : [say("Examples over the plane, now"), say("Examples over the plane, then")].map(label => new Plane(this, label));
    this.second = el("div", {class: "bar second"}, el("span", {}, say("against")), this.other, this.otherCount);
    this.net = new NetView(this.data.names, this.data.layers, (c, k) => this.neuron(c, k));
    this.curve = el("div", {class: "curve"});
    this.course = el("p", {class: "course"});
    this.told = el("p", {class: "told", role: "status", "aria-live": "polite"}, say("Point at a neuron to see what it adds up; click an example to step through its own loss."));
    this.detail = el("section", {class: "detail", "aria-label": say("One example"), hidden: true});
    this.stepping = el("section", {class: "stepping", "aria-label": say("Its loss, step by step"), hidden: true});
    this.hint = el("p", {class: "hint"});
    this.marks = el("p", {class: "hint"});
    return el("div", {class: "box", role: "region", tabindex: 0, "aria-label": say("Film of a training"), "aria-keyshortcuts": "ArrowLeft ArrowRight Space Home End"},
      this.reel.element,
      this.second,
      el("div", {class: "sides"},
        el("div", {class: "planes"}, ...this.planes.map(plane => plane.element), this.data.misled ? "" : el("p", {}, ...this.colours()), this.marks),
        el("div", {class: "right"}, this.net.element, this.told, this.hint)),
      this.course, this.curve, this.detail, this.stepping);
  }

  /* ------------------------------------------------------------------ moments */

  show() {
    const comparing = this.comparing.checked;
    this.second.hidden = !comparing;
    this.planes[1].element.hidden = !comparing;
    const layers = this.layers(this.at);
    this.planes[0].paint(layers, this.reel.name, this.judged(this.at));
    if (comparing) {
      const then = Number(this.other.value);
      this.otherCount.textContent = momentName(this.reel.moments[then]);
      this.planes[1].paint(this.layers(then), this.otherCount.textContent, this.judged(then));
    }
    this.marks.textContent = this.planes[0].marks().filter(Boolean).join(say("; "));
    this.net.weights(layers);
    this.net.thumbnails(this.picked === null ? this.thumbs(layers) : null);
    this.hint.textContent = together(
      say("Orange lines are positive weights, blue ones negative; the wider, the larger."),
      this.picked === null && this.planes[0].pictured(),
      this.net.hidden && say("{count} weak weights are not drawn.", {count: this.net.hidden.toLocaleString("en")}),
      this.planes[0].chosen());
    if (this.looked) this.neuron(...this.looked);
    this.example(layers);
    this.cursor();
  }

  /* When the loss fell; and, as soon as all moments have been looked at, what was never right. That takes its time. */
  tellCourse(at = 0) {
    const [learnt] = this.losses();
    const when = learnt ? fallTold(learnt[1]) : "";
    this.course.textContent = when;
    if (!this.classes) return;
    const until = performance.now() + 30;
    while (at <= this.reel.last && performance.now() < until) this.judged(at++);
    if (at <= this.reel.last) {
      setTimeout(() => this.box.isConnected && this.tellCourse(at));
      return;
    }
    const ends = this.reel.moments.flatMap(([epoch, step], i) => epoch && !step ? [this.judged(i).right] : []);
    const last = this.judged(this.reel.last).right;
    const never = ends.length ? neverRight(ends) : last.map(() => false);
    this.course.textContent = together(when, endTold(last, never, this.planes[0].ringed));
    for (const plane of this.planes) {
      for (const [i, dot] of plane.dots.entries()) dot.classList.toggle("never", never[i]);
    }
  }

  /* Which colour is which class, where they are few enough to be said. */
  colours() {
    const count = this.classes ? Math.max(...this.data.y.map(truthOf)) + 1 : 0;
    return Array.from({length: count > MOST_COLOURS ? 0 : count}, (_, k) => [el("i", {class: "colour", style: `background: ${colourOfClass(k)}`}), `${this.className(k)} `]).flat();
  }

  className(k) {
    return this.classes && this.classes[k] !== undefined ? this.classes[k] : String(k);
  }

  layers(at) {
    this.known ??= new Map();
    if (!this.known.has(at)) this.known.set(at, this.chain.at(this.frames[at]));
    return this.known.get(at);
  }

  /* How the examples shown fare at a moment: which of them are right, and their mean loss. */
  judged(at) {
    this.fared ??= new Map();
    if (!this.fared.has(at)) {
      const {X, y} = this.data;
      const passed = X.map(row => this.chain.forward(this.layers(at), row));
      const loss = passed.reduce((sum, columns, i) => sum + this.lossOf(columns, y[i]).loss, 0) / X.length;
      const says = this.classes && passed.map(columns => named(columns.at(-1).values));
      this.fared.set(at, {loss, says, right: says && says.map((k, i) => k === truthOf(y[i]))});
    }
    return this.fared.get(at);
  }

  /* What every neuron gives, as small images. */
  thumbs(layers) {
    const scale = scaleOf(this.box);
    const [width, height, grids] = this.planes[0].samples(layers);
    this.paper ??= el("canvas", {width, height});
    const context = this.paper.getContext("2d");
    const image = context.createImageData(width, height);
    const columns = grids[0].map((column, c) => column.values.map((_, k) => {
      if (!this.net.places[c].has(k)) return null;
      const values = grids.map(passed => passed[c].values[k]);
      const largest = Math.max(...values.map(Math.abs).filter(Number.isFinite), 1e-300);
      for (const [i, v] of values.entries()) image.data.set([...onScale(scale, v / largest), 255], 4 * i);
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
      const value = passed && numberText(passed[0].values[k], 3);
      this.told.textContent = !passed ? say("{name}: an input.", {name})
        : this.data.std[k] === 1 ? say("{name}: an input, here {value}.", {name, value})
          : say("{name}: an input, here {value} once scaled.", {name, value});
      return;
    }
    const {weights, biases} = layers[c - 1];
    const activation = this.data.layers[c - 1].activation;
    const row = [...weights[k]];
    const before = passed ? passed[c - 1].values : null;
    const terms = row.map((w, j) => [Math.abs(w * (before ? before[j] : 1)), `${bracketed(numberText(w, 3))} × ${before ? bracketed(numberText(before[j], 3)) : this.net.called(c - 1, j)}`, before ? rounded(w) * rounded(before[j]) : 0]);
    terms.sort((a, b) => b[0] - a[0]);
    const shown = terms.slice(0, 4).map(([, text]) => text).join(" + ") +
      (terms.length > 4 ? ` + ${say("… {count} more", {count: terms.length - 4})}` : "") + (biases ? ` + ${bracketed(numberText(biases[k], 3))}` : "");
    const sum = passed ? numberText(passed[c].sums[k], 3) : "";
    /* With rounded numbers it is an equation where it holds as shown, else about right. */
    const added = terms.reduce((total, [, , product]) => total + product, biases ? rounded(biases[k]) : 0);
    const said = {name, activation, sum: passed ? `${shown} ${equalsSign(added, sum, 3)} ${sum}` : shown};
    this.told.textContent = !activation ? say("{name}: sum of {sum}.", said)
      : !passed ? say("{name}: {activation} of {sum}.", said)
        : say("{name}: {activation} of {sum}, so {value}.", {...said, value: numberText(passed[c].values[k], 3)});
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
    this.detail.hidden = this.stepping.hidden = this.picked === null;
    clearTimeout(this.later);
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
    const truth = truthOf(y);
    const says = named(passed.at(-1).values);
    const verdict = this.classes && says === truth ? say("The network says {answer}; that is right.", {answer: this.className(says)})
      : say("The network says {answer}; the truth is {truth}.", this.classes ? {answer: this.className(says), truth: this.className(truth)}
        : {answer: numberText(passed.at(-1).values[0], 3), truth: numberText(Number(y), 3)});
    const close = button("✕", say("Close the example"), () => this.pick(this.picked));
    const most = blame.slice(1, -1).flatMap((column, c) => column.map((g, k) => [Math.abs(g), c + 1, k, g])).sort((a, b) => b[0] - a[0]).slice(0, 3);
    const silent = passed.slice(1, -1).reduce((sum, column) => sum + column.values.filter(v => v === 0).length, 0);
    this.detail.replaceChildren(
      el("header", {}, el("h2", {}, say("Example {place} at {moment}", {place: this.picked + 1, moment: this.reel.name})), close),
      el("p", {}, together(say("{inputs}.", {inputs: this.inputs(row)}), verdict), say(" "),
        el("b", {}, say("Its loss ({name}) is {loss}.", {name: this.data.loss, loss: numberText(loss)}))),
      el("p", {class: "hint"}, together(
        say("Forward, every neuron shows what it gives; backward, its ring shows its blame: the gradient of this loss towards its sum."),
        most.length && say("Most blame: {neurons}.", {neurons: listed(most.map(([, c, k, g]) => `${this.net.called(c, k)} (${numberText(g, 3)})`))}),
        silent && say("{count} neurons are silent, so nothing flows through them.", {count: silent}))));
    this.detail.dataset.loss = loss;
    /* A film that runs, or a slider that is dragged, does not wait for the steps. */
    this.later = setTimeout(() => this.step(row, y, [passed, blame, loss]), 60);
  }

  inputs(row) {
    const shown = row.slice(0, MOST_INPUTS).map((v, j) => `${this.data.names[j]} ${numberText(v, 3)}`);
    return listed(row.length > MOST_INPUTS ? [...shown, say("… {count} more", {count: row.length - MOST_INPUTS})] : shown);
  }

  /* The loss of one example as a computation to step through, with the parameters of this moment. */
  step(row, y, computed) {
    const walk = this.walks.find(({target}) => target === null || target === y);
    if (!walk) {
      this.columns ??= new LayerWalk(this.net);
      if (!this.columns.element.isConnected) this.stepping.replaceChildren(el("h2", {}, say("Its loss, column by column")), this.columns.element, el("p", {class: "hint"}, this.data.no_walk));
      this.columns.show(...computed);
      return;
    }
    const title = say("The loss of example {place} at {moment}, step by step", {place: this.picked + 1, moment: this.reel.name});
    if (!walk.player.element.isConnected) this.stepping.replaceChildren(el("h2"), walk.player.element);
    this.stepping.firstChild.textContent = title;
    walk.player.show(leavesOf(walk, row, y, this.frames[this.at]));
  }

  /* ------------------------------------------------------------------ the loss over time */

  /* Of what was learnt from, and of what was held out: the pairs of epoch and loss. */
  losses() {
    return Object.entries(this.data.series).filter(([name]) => name.endsWith("loss")).map(([name, numbers]) => [name.startsWith("val") ? "held" : "learnt", [
      ...(name in this.data.before ? [[0, numberOf(this.data.before[name])]] : []), ...numbers.map((loss, i) => [i + 1, numberOf(loss)])]]);
  }

  cursor() {
    const lines = this.losses();
    if (!lines.length) return;
    this.curve.replaceChildren(this.reel.curve(lines, lines.length > 1 ? say("solid: learnt from; dashed: held out") : ""));
  }

  key(event, inside) {
    if (event.key === " " && inside.getAttribute("role") === "button") {
      inside.dispatchEvent(new Event("click"));
      return true;
    }
    return this.reel.key(event, inside, {Escape: () => this.picked === null || this.pick(this.picked)});
  }
}
