import {Shell, button, el} from "./shell.js";
import {Tape} from "./tape.js";
import {Stage} from "./stage.js";
import {Knobs} from "./knobs.js";
import {bracketed, numberText} from "./numbers.js";
import {EQUALS, FORMULA, KIND, LABEL, NUMBERS, OPERANDS, VALUE, redone} from "./redone.js";

const START = "Press → or Play. First the values are computed, then the gradient is shared out, one edge at a time. " +
  "Click a node to ask why it has its gradient.";

export class Page extends Shell {
  constructor(host, operations, data = null) {
    super(host, data);
    this.given = this.data;
    this.tape = new Tape(this.data.tape, operations);
    this.stage = new Stage(this.data, this.tape, host.querySelector("img"), node => this.clicked(node));
    this.stage.repaint = () => this.paint();
    this.last = this.data.steps.length;
    this.at = 0;
    this.asked = null;
    this.index();
    this.open(this.make());
    this.go(0);
    if (this.alone && location.hash) this.knobs.take(location.hash);
  }

  /* Leaves were turned: all that is shown is worked out anew, at the same step; from the start, as it ends. */
  turned(leaves) {
    this.halt();
    const state = leaves.size || this.anew ? this.tape.compute(leaves) : null;
    this.data = state ? redone(this.given, this.tape, state) : this.given;
    Object.assign(this.stage, {state, data: this.data});
    this.index();
    this.listed = null;
    if (this.asked !== null && !this.reason.hidden) this.why(this.asked);
    this.stage.renumber();
    this.go(this.at || (leaves.size ? this.last : 0), true);
  }

  /* From now on the leaves have other numbers, by place: what the page was made with is forgotten. */
  become(leaves) {
    for (const [place, x] of leaves) this.tape.start[place] = x;
    this.anew = true;
    const {element} = this.knobs;
    this.knobs = this.makeKnobs();
    element.replaceWith(this.knobs.element);
    this.concluded = null;
    this.turned(new Map());
  }

  makeKnobs() {
    const data = this.data.fixed ? {...this.data, knobs: []} : this.data;
    return new Knobs(this.tape, data, this.data.things[this.data.root][LABEL], this.alone, leaves => this.turned(leaves));
  }

  /* Work out, once, at which step each value appears and each gradient changes. */
  index() {
    this.computed = this.data.things.map(thing => thing[KIND] === "operation" ? Infinity : 0);
    this.changes = this.data.things.map(() => []);
    this.data.steps.forEach((step, i) => {
      const [kind, , t, after, level, to] = step;
      if (kind === "f") this.computed[t] = i + 1;
      if (kind === "s") this.changes[t].push([i + 1, after, level]);
      if (kind === "b") this.changes[to].push([i + 1, after, level]);
    });
    this.computed = this.computed.map(at => at === Infinity ? this.firstBackward() : at);
  }

  firstBackward() {
    const i = this.data.steps.findIndex(step => step[0] === "s");
    return i < 0 ? 0 : i + 1;
  }

  /* Where a step of the chosen length ends: after an edge, after all edges of a node, after all nodes of a layer. */
  stride(by) {
    const kind = this.pace.value;
    const {steps, layers} = this.data;
    const key = i => {
      const step = steps[i];
      if (!step || step[0] === "h") return step ? `h${i}` : "";
      return kind === "node" ? `${step[0]}${step[2]}` : `${step[0] === "f" ? "f" : "b"}${layers[step[2]]}`;
    };
    let to = this.at + by;
    if (kind === "edge") return to;
    while (to > 0 && to < this.last && key(to - 1) === key(to)) to += by;
    return to;
  }

  gradientAt(t, at) {
    const changes = this.changes[t];
    let low = 0;
    let high = changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (changes[middle][0] <= at) low = middle + 1;
      else high = middle;
    }
    return low ? changes[low - 1] : null;
  }

  /* ------------------------------------------------------------------ the page */

  make() {
    this.first = button("|◀", "To the start (Home)", () => this.stop(this.go(0)));
    this.back = button("◀", "One step back (←)", () => this.stop(this.go(this.stride(-1))));
    this.playing = button("▶ Play", "Play or pause (space)", () => this.toggle(), {class: "play"});
    this.forth = button("▶", "One step on (→)", () => this.stop(this.go(this.stride(1))));
    this.end = button("▶|", "To the end (End)", () => this.stop(this.go(this.last)));
    this.slider = el("input", {type: "range", min: 0, max: this.last, value: 0, "aria-label": "Step",
      oninput: () => this.stop(this.go(Number(this.slider.value)))});
    this.count = el("span", {class: "count"});
    this.pace = el("select", {class: "pace", "aria-label": "Length of a step"},
      ...["edge", "node", "layer"].map(what => el("option", {value: what}, `by ${what}`)));
    const share = 100 * (this.firstBackward() - 1) / Math.max(1, this.last);
    this.track = el("div", {class: "track"}, this.slider, el("div", {class: "phases", "aria-hidden": "true"},
      el("span", {style: `width:${share}%`}, share > 12 ? "forward" : ""), el("span", {style: `width:${100 - share}%`}, "backward")));
    this.speed = el("select", {class: "speed", "aria-label": "Speed"},
      ...["0.5", "1", "2", "5", "20"].map(x => el("option", {value: x, selected: x === "1"}, `${x}×`)));
    const names = [...this.data.things.keys()].filter(t => this.data.why[t]);
    this.ask = el("select", {"aria-label": "Why has this node its gradient?", onchange: () => {
      if (this.ask.value !== "") this.why(Number(this.ask.value));
    }}, el("option", {value: ""}, "Why …?"), ...names.map(t => el("option", {value: t}, `${this.data.things[t][LABEL]}.grad`)));
    this.phase = el("h2");
    this.sentence = el("p", {role: "status", "aria-live": "polite", class: "sentence"});
    this.lines = el("div", {class: "lines", tabindex: 0, role: "region", "aria-label": "The step as a formula"});
    this.rule = el("p", {class: "rule"});
    this.closing = el("section", {class: "closing", hidden: true, "aria-label": "Summary"});
    this.reason = el("section", {class: "why", hidden: true, "aria-label": "Why a gradient is what it is"});
    this.steps = el("ol", {class: "steps", "aria-label": "All steps", tabindex: -1});
    this.knobs = this.makeKnobs();
    return el("div", {class: "box", tabindex: 0, role: "region", "aria-label": "Step player of a computation",
      "aria-keyshortcuts": "ArrowLeft ArrowRight Space Home End"},
      this.stage.element,
      this.legend(),
      el("div", {class: "bar"}, this.first, this.back, this.playing, this.forth, this.end, this.track, this.count,
        this.pace, this.speed, this.ask),
      this.reason,
      this.knobs.element,
      el("div", {class: "columns"},
        el("section", {"aria-label": "This step"}, this.phase, this.sentence, this.rule, this.lines, this.closing),
        el("section", {"aria-label": "List of steps"}, el("h2", {}, "All steps"), this.steps)));
  }

  legend() {
    const chip = level => el("i", {"data-f": `scale${level}`, style: `background:var(--scale${level})`});
    const folds = this.data.views.some(view => Object.keys(view.groups).length);
    return el("p", {class: "keys"}, "gradient ", chip(-5), chip(-3), chip(-1), " negative, ", chip(1), chip(3), chip(5), " positive",
      el("span", {}, "dashed: passes nothing"), folds ? el("span", {}, "stacked: folded, click to open") : "");
  }

  /* ------------------------------------------------------------------ steps */

  go(to, still = false) {
    this.at = Math.max(0, Math.min(this.last, to));
    const step = this.data.steps[this.at - 1];
    if (!still) this.stage.show(step ? step[1] : 0);
    this.stage.paths([]);
    this.paint();
    this.say(step);
    if (!still) this.follow(step || this.data.steps[0]);
    this.slider.value = this.at;
    this.slider.setAttribute("aria-valuetext", `step ${this.at} of ${this.last}`);
    this.count.textContent = `${this.at} of ${this.last}`;
    this.first.disabled = this.back.disabled = this.at === 0;
    this.forth.disabled = this.end.disabled = this.at === this.last;
    this.list();
  }

  follow(step) {
    if (step && step[0] !== "h") this.stage.follow(step[0] === "b" ? [step[2], step[5]] : [step[2]]);
  }

  /* Bring the picture to the state after the current step; only attributes and texts change. */
  paint() {
    const view = this.stage.current;
    const step = this.data.steps[this.at - 1];
    const backward = step && step[0] !== "f" && !(step[0] === "h" && step[3] === "forward");
    const {homes} = this.stage;
    for (const node of view.nodes.values()) {
      const t = node.things.length === 1 ? node.things[0] : -1;
      let reached = true;
      if (t >= 0 && node.id[0] === "n") {
        const known = this.computed[t] <= this.at || this.data.things[t][KIND] !== "operation";
        const change = this.gradientAt(t, this.at);
        this.stage.text(node.value, known ? this.data.things[t][VALUE] : "–");
        this.stage.text(node.grad, change ? change[1] : "–");
        this.stage.shade(node, change ? change[2] : 0, Boolean(change));
        reached = known && (!backward || !node.grad || Boolean(change));
      } else if (node.grad) {
        const done = this.at === this.last || (node.things.length > 0 &&
          node.things.every(u => !this.changes[u].length || this.changes[u].at(-1)[0] <= this.at));
        this.stage.text(node.grad, done && backward ? node.final : "–");
        this.stage.shade(node, null, done && backward);
        const inside = node.things.filter(u => this.data.things[u][KIND] === "operation");
        reached = !inside.length || inside.some(u => backward ? this.gradientAt(u, this.at) : this.computed[u] <= this.at);
      }
      this.stage.mark(node.group, {later: !reached, now: false, to: false, asked: t >= 0 && t === this.asked});
    }
    for (const edge of view.edges.values()) {
      const target = view.nodes.get(edge.target);
      const source = view.nodes.get(edge.source);
      const later = backward && edge.at ? edge.at > this.at : target.group.classList.contains("later");
      const t = target.things.length === 1 && target.id[0] === "n" ? target.things[0] : -1;
      this.stage.mark(edge.group, {unknown: t >= 0 && this.computed[t] > this.at});
      this.stage.mark(edge.group, {later: later || (!backward && source.group.classList.contains("later")), now: false, back: false});
    }
    this.stage.still();
    if (!step || step[0] === "h") return;
    /* The formulas of this step name all operands, so all of them are to be read. */
    for (const u of this.data.things[step[2]][OPERANDS]) {
      const operand = view.nodes.get(homes[u]);
      if (operand) this.stage.mark(operand.group, {later: false});
    }
    const at = view.nodes.get(homes[step[2]]);
    if (at) this.stage.mark(at.group, {now: true, later: false, to: step[0] !== "b"});
    if (step[0] === "b") {
      const to = view.nodes.get(homes[step[5]]);
      if (to) this.stage.mark(to.group, {now: true, later: false, to: true});
      const edge = this.stage.edge(view, this.stage.view, step[5], step[2], step[6]);
      if (edge) {
        this.stage.mark(edge.group, {now: true, later: false, back: true});
        this.stage.flow(edge, step[9], step[10]);
      }
    } else if (at) {
      for (const edge of view.edges.values()) {
        if (step[0] === "f" && edge.target === at.id) this.stage.mark(edge.group, {now: true, later: false});
      }
    }
  }

  say(step) {
    const things = this.data.things;
    this.lines.replaceChildren();
    this.rule.textContent = "";
    this.lines.hidden = !step || step[0] === "h";
    this.closing.hidden = this.at !== this.last;
    if (this.at === this.last) this.conclude();
    if (!step) {
      this.phase.textContent = "Start";
      this.sentence.textContent = START;
      return;
    }
    const forward = step[0] === "f" || (step[0] === "h" && step[3] === "forward");
    this.phase.replaceChildren(el("b", {}, forward ? "Forward" : "Backward"),
      forward ? ": compute the values" : ": share out the gradient");
    const line = (text, strong) => this.lines.append(el("div", strong ? {class: "strong"} : {}, text));
    const name = t => things[t][LABEL];
    const inside = step[0] === "h" ? [] : [step[2], ...(step[0] === "b" ? [step[5]] : [])];
    if (step[0] === "h") {
      this.sentence.textContent = `${step[2].toLocaleString("en")} steps inside what is folded away on the picture.`;
    } else if (step[0] === "f") {
      const thing = things[step[2]];
      this.sentence.textContent = `${name(step[2])} is computed: it is ${thing[VALUE]}.`;
      line(`${name(step[2])} = ${thing[FORMULA]}`, true);
      line(`${" ".repeat(name(step[2]).length)} = ${thing[NUMBERS]} ${thing[EQUALS]} ${thing[VALUE]}`);
    } else if (step[0] === "s") {
      const it = name(step[2]);
      this.sentence.textContent = `The backward pass starts at the result: ${it} changes by ${step[3]} for each unit of ${it} itself.`;
      line(`${it}.grad = ${step[3]}`, true);
    } else {
      const [, , t, after, , to, , rule, local, upstream, contribution, before, which, product] = step;
      const [from, it, towards] = [name(t), name(to), this.data.towards[which]];
      const exact = !this.data.inexact.includes(t);
      const sum = `${bracketed(local)} × ${bracketed(upstream)} ${product} ${contribution} is added to ${it}.grad.`;
      this.sentence.textContent = exact
        ? `${from} changes by ${local} for each unit of ${towards ? `${towards} alone` : it}, and the result by ${upstream} ` +
          `for each unit of ${from}: so ${sum}`
        : `What arrives at ${from} goes back to ${it} by the weight ${local}, which is not a derivative, on purpose: ${sum}`;
      const formula = this.data.rules[rule];
      const slope = towards ? `the slope of ${from} = ${things[t][FORMULA]} towards ${towards}`
        : `∂${from}/∂${it} = ∂(${things[t][FORMULA]})/∂${it}`;
      this.rule.textContent = !exact ? "" : `Rule: ${slope}${towards ? " is" : " ="} ` +
        (formula && formula !== local ? `${formula} = ` : "") + local;
      line(`${it}.grad += ${!exact ? "weight back" : towards ? "slope" : `∂${from}/∂${it}`} × ${from}.grad`, true);
      line(`${it}.grad += ${bracketed(local)} × ${bracketed(upstream)}`);
      line(`${it}.grad: ${before} → ${after}`);
    }
    for (const t of inside) this.sentence.textContent += this.whereabouts(t);
  }

  /* In the end: which leaves have the largest gradients, and what passes nothing on. */
  conclude() {
    if (this.concluded === this.data) return;
    this.concluded = this.data;
    const {values, grads, edges} = this.stage.state || this.tape.compute(new Map());
    const {things, places, knobs} = this.data;
    const leaves = knobs.filter(([place]) => !this.tape.constant[place] && Number.isFinite(grads[place]) && grads[place] !== 0);
    leaves.sort(([a], [b]) => Math.abs(grads[b]) - Math.abs(grads[a]));
    const dead = places.filter(place => edges[place] && grads[place] !== undefined &&
      edges[place].some((_, i) => !this.tape.constant[this.tape.operands[place][i]]) &&
      edges[place].every((edge, i) => this.tape.constant[this.tape.operands[place][i]] || edge.local === 0));
    const names = dead.slice(0, 3).map(place => things[places.indexOf(place)][LABEL]);
    const parts = [el("h2", {}, "Summary"), el("p", {}, `${things[this.data.root][LABEL]} is ${numberText(values[this.tape.root], this.data.digits)}.` +
      (leaves.length ? ` The largest gradients: ${leaves.slice(0, 4).map(([place, name]) => `${name} ${numberText(grads[place], this.data.digits)}`).join(", ")}.` : "") +
      (dead.length ? ` ${dead.length} node${dead.length > 1 ? "s pass" : " passes"} nothing back: ${names.join(", ")}${dead.length > 3 ? " …" : ""}.` : ""))];
    this.closing.replaceChildren(...parts);
  }

  /* Of what is folded away on the picture, say where. */
  whereabouts(t) {
    const node = this.stage.node(t);
    if (node && node.id[0] === "n") return "";
    return ` (${this.data.things[t][LABEL]} is ${node ? `inside “${node.group.querySelector("text").textContent}”` : "not on this picture"}.)`;
  }

  summary(step) {
    const name = t => this.data.things[t][LABEL];
    if (step[0] === "h") return `… ${step[2].toLocaleString("en")} folded steps …`;
    if (step[0] === "f") return `${name(step[2])} = ${this.data.things[step[2]][VALUE]}`;
    if (step[0] === "s") return `${name(step[2])}.grad = ${step[3]}`;
    return `${name(step[5])}.grad += ${bracketed(step[8])} × ${bracketed(step[9])}`;
  }

  /* Of many steps only a stretch is listed; it is made anew when the current step comes near its ends. */
  list() {
    const most = 240;
    const [low, high] = this.listed || [0, -1];
    const near = this.at > low + (low ? 20 : 0) - 1 && this.at <= high - (high < this.last ? 20 : 0);
    if (!near) {
      const from = this.last <= most ? 0 : Math.max(0, Math.min(this.at - most / 2, this.last - most));
      this.listed = [from, Math.min(this.last, from + most)];
      this.steps.replaceChildren(...this.data.steps.slice(...this.listed).map((step, i) => {
        const to = from + i + 1;
        const button = el("button", {type: "button", onclick: () => this.stop(this.go(to))}, `${to}. ${this.summary(step)}`);
        return el("li", {}, button);
      }));
      this.marked = null;
    }
    const from = this.listed[0];
    const items = this.steps.children;
    const range = this.marked === null ? [0, items.length] : [Math.min(this.marked, this.at), Math.max(this.marked, this.at)]
      .map((at, i) => Math.max(0, Math.min(items.length, at - from - 1 + i)));
    for (let i = Math.max(0, range[0]); i < range[1]; i++) {
      const button = items[i].firstChild;
      button.className = from + i + 1 <= this.at ? "done" : "coming";
      button.removeAttribute("aria-current");
    }
    this.marked = this.at;
    const current = items[this.at - from - 1];
    if (current) current.firstChild.setAttribute("aria-current", "step");
    cancelAnimationFrame(this.scrolling);
    this.scrolling = requestAnimationFrame(() => {
      this.steps.scrollTop = current ? current.offsetTop - this.steps.clientHeight / 2 : 0;
    });
  }

  /* ------------------------------------------------------------------ why */

  clicked(node) {
    const opened = this.data.views.findIndex(view => view.opens && view.opens === node.id);
    if (node.id[0] !== "n" && opened > 0) {
      this.stage.show(opened);
      this.paint();
    } else if (node.things.length && node.id[0] === "n") {
      this.why(node.things[0]);
      this.knobs.show(this.data.places[node.things[0]]);
    }
  }

  why(t) {
    this.halt();
    if (this.asked === null) this.before = this.at;
    const things = this.data.things;
    const name = things[t][LABEL];
    const changes = this.changes[t];
    this.asked = t;
    this.paint();
    const reason = this.data.why[t];
    const close = el("button", {type: "button", "aria-label": "Close", onclick: () => this.unask()}, "✕");
    const parts = [];
    const final = changes.length ? changes.at(-1)[1] : null;
    parts.push(el("header", {}, el("h2", {tabindex: -1}, final === null ? `${name} gets no gradient` : `Why is ${name}.grad = ${final}?`), close));
    parts.push(el("p", {class: "hint"}, things[t][FORMULA] ? `${name} = ${things[t][FORMULA]} = ${things[t][NUMBERS]} ${things[t][EQUALS]} ${things[t][VALUE]}` : `${name} = ${things[t][VALUE]}, given`));
    if (final === null && things[t][KIND] === "constant") parts.push(el("p", {}, "It is a plain number: nothing learns here, so nothing flows back to it."));
    if (reason && reason[2].length) {
      parts.push(el("p", {}, `It is the sum over ${reason[1]} path${reason[1] === "1" ? "" : "s"} from the result to ${name}; ` +
        "each path gives the product of the slopes along it:"));
      parts.push(el("ol", {}, ...reason[2].map(path => {
        const hops = this.hops(path[1]);
        const chain = [this.data.root, ...hops.map(hop => hop.to)].map(u => things[u][LABEL]).join(" → ");
        const product = hops.map(hop => bracketed(hop.local)).join(" × ");
        const choose = () => this.stage.paths(hops);
        return el("li", {}, el("button", {type: "button", onclick: choose, onmouseenter: choose, onfocus: choose},
          el("span", {class: "size"}, path[0]), `${chain}${product ? `   (${product})` : ""}`));
      })));
      if (reason[3]) parts.push(el("p", {class: "hint"}, `… and ${reason[3]} more paths.`));
    }
    const sums = this.data.steps.map((step, i) => [step, i + 1]).filter(([step]) => step[0] === "b" && step[5] === t);
    if (sums.length) {
      parts.push(el("p", {}, `It was added up in ${sums.length} step${sums.length === 1 ? "" : "s"}:`));
      parts.push(el("ol", {}, ...sums.slice(0, 12).map(([step, to]) => el("li", {}, el("button", {type: "button",
        onclick: () => { this.go(to); this.asked = t; this.paint(); }},
        el("span", {class: "size"}, step[10]), `step ${to}: ${this.data.towards[step[12]] ? `towards ${this.data.towards[step[12]]}: slope` : `∂${things[step[2]][LABEL]}/∂${name}`} × ${things[step[2]][LABEL]}.grad = ${bracketed(step[8])} × ${bracketed(step[9])}`)))));
    }
    this.reason.replaceChildren(...parts);
    this.reason.hidden = false;
    if (reason && reason[2].length) this.stage.paths(this.hops(reason[2][0][1]));
  }

  /* A hop is the place of a backward step, or, where no step is listed, the node it leads to and its slope. */
  hops(path) {
    let from = this.data.root;
    return path.map(hop => {
      const step = Array.isArray(hop) ? null : this.data.steps[hop];
      const result = step ? {from, to: step[5], index: step[6], local: step[8]} : {from, to: hop[0], index: -1, local: hop[1]};
      from = result.to;
      return result;
    });
  }

  unask() {
    if (this.asked !== null && this.before !== this.at) this.go(this.before);
    this.asked = null;
    this.ask.value = "";
    this.reason.hidden = true;
    this.stage.paths([]);
    this.paint();
    this.box.focus();
  }

  /* ------------------------------------------------------------------ playing */

  toggle() {
    if (this.timer) this.halt();
    else {
      if (this.at === this.last) this.go(0);
      this.playing.textContent = "⏸ Pause";
      this.tick();
    }
  }

  tick() {
    this.timer = setTimeout(() => {
      if (this.at >= this.last) this.halt();
      else {
        this.go(this.stride(1));
        this.tick();
      }
    }, 1400 / Number(this.speed.value));
  }

  halt() {
    clearTimeout(this.timer);
    this.timer = null;
    this.playing.textContent = "▶ Play";
  }

  stop() {
    this.halt();
  }

  key(event, inside) {
    const typing = inside.tagName === "SELECT" || inside.tagName === "INPUT";
    const pressing = inside.tagName === "BUTTON";
    const actions = {
      ArrowRight: () => this.stop(this.go(this.stride(1))), ArrowLeft: () => this.stop(this.go(this.stride(-1))),
      Home: () => this.stop(this.go(0)), End: () => this.stop(this.go(this.last)), " ": () => this.toggle(),
      "+": () => this.stage.zoom(0.8), "-": () => this.stage.zoom(1.25), "0": () => this.stage.fit(), Escape: () => this.unask(),
    };
    const action = actions[event.key];
    if (!action || (typing && event.key !== "Escape") || (pressing && event.key === " ")) return false;
    action();
    return true;
  }

}
