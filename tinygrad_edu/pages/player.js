import {Shell, button, el, fading} from "./shell.js";
import {Tape} from "./tape.js";
import {Stage} from "./stage.js";
import {Knobs} from "./knobs.js";
import {bracketed, numberText} from "./numbers.js";
import {listed, say, together} from "./words.js";
import {EQUALS, FORMULA, KIND, LABEL, NUMBERS, OPERANDS, VALUE, redone} from "./redone.js";

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
    const led = this.led;
    const from = leaves.size && !this.at;
    const back = led && !leaves.size;
    this.go(from ? this.last : back ? 0 : this.at, true);
    if (from || (led && leaves.size)) this.lead();
  }

  /* From the start a knob leads to the end, where all it changes is shown; put back, it leads to the start again. */
  lead() {
    this.led = true;
    this.sentence.textContent = together(this.sentence.textContent, say("A knob was turned at the start, so this is the end, where every number is shown."));
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
    this.first = button("|◀", say("To the start (Home)"), () => this.stop(this.go(0)));
    this.back = button("◀", say("One step back (←)"), () => this.stop(this.go(this.stride(-1))));
    this.playing = button(say("▶ Play"), say("Play or pause (space)"), () => this.toggle(), {class: "play"});
    this.forth = button("▶", say("One step on (→)"), () => this.stop(this.go(this.stride(1))));
    this.end = button("▶|", say("To the end (End)"), () => this.stop(this.go(this.last)));
    this.slider = el("input", {type: "range", min: 0, max: this.last, value: 0, "aria-label": say("Step"),
      oninput: () => this.stop(this.go(Number(this.slider.value)))});
    this.count = el("span", {class: "count"});
    this.pace = el("select", {class: "pace", "aria-label": say("Length of a step")},
      ...[["edge", say("by edge")], ["node", say("by node")], ["layer", say("by layer")]].map(([value, words]) => el("option", {value}, words)));
    const share = 100 * (this.firstBackward() - 1) / Math.max(1, this.last);
    this.track = el("div", {class: "track"}, this.slider, el("div", {class: "phases", "aria-hidden": "true"},
      el("span", {style: `width:${share}%`}, share > 12 ? say("forward") : ""), el("span", {style: `width:${100 - share}%`}, say("backward"))));
    this.speed = el("select", {class: "speed", "aria-label": say("Speed")},
      ...["0.5", "1", "2", "5", "20"].map(x => el("option", {value: x, selected: x === "1"}, `${x}×`)));
    const names = [...this.data.things.keys()].filter(t => this.data.why[t]);
    this.ask = el("select", {"aria-label": say("Why has this node its gradient?"), onchange: () => {
      if (this.ask.value !== "") this.why(Number(this.ask.value));
    }}, el("option", {value: ""}, say("Why …?")), ...names.map(t => el("option", {value: t}, `${this.data.things[t][LABEL]}.grad`)));
    this.phase = el("h2");
    this.sentence = el("p", {role: "status", "aria-live": "polite", class: "sentence"});
    this.lines = fading(el("div", {class: "lines", tabindex: 0, role: "region", "aria-label": say("The step as a formula")}));
    this.rule = el("p", {class: "rule"});
    this.closing = el("section", {class: "closing", hidden: true, "aria-label": say("Summary")});
    this.reason = el("section", {class: "why", hidden: true, "aria-label": say("Why a gradient is what it is")});
    this.steps = el("ol", {class: "steps", "aria-label": say("All steps"), tabindex: -1});
    this.knobs = this.makeKnobs();
    return el("div", {class: "box", tabindex: 0, role: "region", "aria-label": say("Step player of a computation"),
      "aria-keyshortcuts": "ArrowLeft ArrowRight Space Home End"},
      this.stage.element,
      this.legend(),
      el("div", {class: "bar"}, this.first, this.back, this.playing, this.forth, this.end, this.track, this.count,
        this.pace, this.speed, this.ask),
      this.reason,
      this.knobs.element,
      el("div", {class: "columns"},
        el("section", {"aria-label": say("This step")}, this.phase, this.sentence, this.rule, this.lines, this.closing),
        el("section", {"aria-label": say("List of steps")}, el("h2", {}, say("All steps")), this.steps)));
  }

  legend() {
    const chip = level => el("i", {"data-f": `scale${level}`, style: `background:var(--scale${level})`});
    const folds = this.data.views.some(view => Object.keys(view.groups).length);
    return el("p", {class: "keys"}, `${say("gradient")} `, chip(-5), chip(-3), chip(-1), ` ${say("negative,")} `,
      chip(1), chip(3), chip(5), ` ${say("positive")}`,
      el("span", {}, say("dashed box: passes nothing")), folds ? el("span", {}, say("stacked: folded, click to open")) : "", el("span", {class: "goes-on"}, say("faded edge: scroll, the picture goes on")));
  }

  /* ------------------------------------------------------------------ steps */

  go(to, still = false) {
    this.led = false;
    this.at = Math.max(0, Math.min(this.last, to));
    const step = this.data.steps[this.at - 1];
    if (!still) this.stage.show(step ? step[1] : 0);
    this.stage.paths([]);
    this.paint();
    this.tell(step);
    if (!still) this.follow(step || this.data.steps.find(([kind]) => kind !== "h"));
    this.slider.value = this.at;
    this.slider.setAttribute("aria-valuetext", say("step {at} of {last}", {at: this.at, last: this.last}));
    this.count.textContent = say("{at} of {last}", {at: this.at, last: this.last});
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
        const told = t => ({node: view.nodes.get(homes[t]), thing: t, told: `${this.data.things[t][LABEL]}.grad = ${this.gradientAt(t, this.at)?.[1]}`});
        this.stage.rim.watch(edge.group.querySelector("path"), [told(step[5]), told(step[2])]);
      }
    } else if (at) {
      for (const edge of view.edges.values()) {
        if (step[0] === "f" && edge.target === at.id) this.stage.mark(edge.group, {now: true, later: false});
      }
    }
  }

  tell(step) {
    const things = this.data.things;
    this.lines.replaceChildren();
    this.rule.textContent = "";
    this.lines.hidden = !step || step[0] === "h";
    this.closing.hidden = this.at !== this.last;
    if (this.at === this.last) this.conclude();
    if (!step) {
      this.phase.textContent = say("Start");
      this.sentence.textContent = say("Press → or Play. First the values are computed, then the gradient is shared out, " +
        "one edge at a time. Click a node to ask why it has its gradient.");
      return;
    }
    const forward = step[0] === "f" || (step[0] === "h" && step[3] === "forward");
    this.phase.replaceChildren(el("b", {}, forward ? say("Forward") : say("Backward")),
      forward ? say(": compute the values") : say(": share out the gradient"));
    const line = (text, strong) => this.lines.append(el("div", strong ? {class: "strong"} : {}, text));
    const name = t => things[t][LABEL];
    const inside = step[0] === "h" ? [] : [step[2], ...(step[0] === "b" ? [step[5]] : [])];
    if (step[0] === "h") {
      this.sentence.textContent = say("{count} steps inside what is folded away on the picture.", {count: step[2].toLocaleString("en")});
    } else if (step[0] === "f") {
      const thing = things[step[2]];
      this.sentence.textContent = say("{name} is computed: it is {value}.", {name: name(step[2]), value: thing[VALUE]});
      line(`${name(step[2])} = ${thing[FORMULA]}`, true);
      line(`${" ".repeat(name(step[2]).length)} = ${thing[NUMBERS]} ${thing[EQUALS]} ${thing[VALUE]}`);
    } else if (step[0] === "s") {
      const it = name(step[2]);
      this.sentence.textContent = say("The backward pass starts at the result: {name} changes by {grad} for each unit of {name} itself.",
        {name: it, grad: step[3]});
      line(`${it}.grad = ${step[3]}`, true);
    } else {
      const [, , t, after, , to, , rule, local, upstream, contribution, before, which, product] = step;
      const [from, it, towards] = [name(t), name(to), this.data.towards[which]];
      const exact = !this.data.inexact.includes(t);
      const sum = say("{product} is added to {name}.grad.",
        {product: `${bracketed(local)} × ${bracketed(upstream)} ${product} ${contribution}`, name: it});
      this.sentence.textContent = exact
        ? say("{from} changes by {local} for each unit of {to}, and the result by {upstream} for each unit of {from}: so {sum}",
          {from, local, to: towards ? say("{operand} alone", {operand: towards}) : it, upstream, sum})
        : say("What arrives at {from} goes back to {to} by the weight {local}, which is not a derivative, on purpose: {sum}",
          {from, to: it, local, sum});
      const formula = this.data.rules[rule];
      const slope = (formula && formula !== local ? `${formula} = ` : "") + local;
      this.rule.textContent = !exact ? ""
        : towards ? say("Rule: the slope of {name} = {formula} towards {operand} is {slope}",
          {name: from, formula: things[t][FORMULA], operand: towards, slope})
          : say("Rule: {equation}", {equation: `∂${from}/∂${it} = ∂(${things[t][FORMULA]})/∂${it} = ${slope}`});
      line(`${it}.grad += ${!exact ? say("weight back") : towards ? say("slope") : `∂${from}/∂${it}`} × ${from}.grad`, true);
      line(`${it}.grad += ${bracketed(local)} × ${bracketed(upstream)}`);
      line(`${it}.grad: ${before} → ${after}`);
    }
    this.sentence.textContent = together(this.sentence.textContent, ...inside.map(t => this.whereabouts(t)));
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
    const names = listed(dead.slice(0, 3).map(place => things[places.indexOf(place)][LABEL])) + (dead.length > 3 ? " …" : "");
    const largest = listed(leaves.slice(0, 4).map(([place, name]) => `${name} ${numberText(grads[place], this.data.digits)}`));
    this.closing.replaceChildren(el("h2", {}, say("Summary")), el("p", {}, together(
      say("{name} is {value}.", {name: things[this.data.root][LABEL], value: numberText(values[this.tape.root], this.data.digits)}),
      leaves.length && say("The largest gradients: {list}.", {list: largest}),
      dead.length === 1 && say("1 node passes nothing back: {names}.", {names}),
      dead.length > 1 && say("{count} nodes pass nothing back: {names}.", {count: dead.length, names}))));
  }

  /* Of what is folded away on the picture, say where. */
  whereabouts(t) {
    const node = this.stage.node(t);
    if (node && node.id[0] === "n") return "";
    const name = this.data.things[t][LABEL];
    return node ? say("({name} is inside “{group}”.)", {name, group: node.group.querySelector("text").textContent})
      : say("({name} is not on this picture.)", {name});
  }

  summary(step) {
    const name = t => this.data.things[t][LABEL];
    if (step[0] === "h") return say("… {count} folded steps …", {count: step[2].toLocaleString("en")});
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
    const close = el("button", {type: "button", "aria-label": say("Close"), onclick: () => this.unask()}, "✕");
    const parts = [];
    const final = changes.length ? changes.at(-1)[1] : null;
    parts.push(el("header", {}, el("h2", {tabindex: -1}, final === null ? say("{name} gets no gradient", {name}) : say("Why is {name}.grad = {grad}?", {name, grad: final})), close));
    parts.push(el("p", {class: "hint"}, things[t][FORMULA] ? `${name} = ${things[t][FORMULA]} = ${things[t][NUMBERS]} ${things[t][EQUALS]} ${things[t][VALUE]}` : say("{name} = {value}, given", {name, value: things[t][VALUE]})));
    if (final === null && things[t][KIND] === "constant") parts.push(el("p", {}, say("It is a plain number: nothing learns here, so nothing flows back to it.")));
    if (reason?.[2].length) {
      parts.push(el("p", {}, reason[1] === "1"
        ? say("It is the sum over 1 path from the result to {name}; each path gives the product of the slopes along it:", {name})
        : say("It is the sum over {count} paths from the result to {name}; each path gives the product of the slopes along it:",
          {count: reason[1], name})));
      parts.push(el("ol", {}, ...reason[2].map(path => {
        const hops = this.hops(path[1]);
        const chain = [this.data.root, ...hops.map(hop => hop.to)].map(u => things[u][LABEL]).join(" → ");
        const product = hops.map(hop => bracketed(hop.local)).join(" × ");
        const choose = () => this.stage.paths(hops);
        return el("li", {}, el("button", {type: "button", onclick: choose, onmouseenter: choose, onfocus: choose},
          el("span", {class: "size"}, path[0]), `${chain}${product ? `   (${product})` : ""}`));
      })));
      if (reason[3]) parts.push(el("p", {class: "hint"}, say("… and {count} more paths.", {count: reason[3]})));
    }
    const sums = this.data.steps.map((step, i) => [step, i + 1]).filter(([step]) => step[0] === "b" && step[5] === t);
    if (sums.length) {
      parts.push(el("p", {}, sums.length === 1 ? say("It was added up in 1 step:") : say("It was added up in {count} steps:", {count: sums.length})));
      parts.push(el("ol", {}, ...sums.slice(0, 12).map(([step, at]) => {
        const [from, operand] = [things[step[2]][LABEL], this.data.towards[step[12]]];
        const slope = operand ? say("towards {operand}: slope", {operand}) : `∂${from}/∂${name}`;
        const equation = `${slope} × ${from}.grad = ${bracketed(step[8])} × ${bracketed(step[9])}`;
        return el("li", {}, el("button", {type: "button", onclick: () => { this.go(at); this.asked = t; this.paint(); }},
          el("span", {class: "size"}, step[10]), say("step {at}: {equation}", {at, equation})));
      })));
    }
    this.reason.replaceChildren(...parts);
    this.reason.hidden = false;
    if (reason?.[2].length) this.stage.paths(this.hops(reason[2][0][1]));
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
      this.playing.textContent = say("⏸ Pause");
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
    this.playing.textContent = say("▶ Play");
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
