/* The walk of the player with blanks: the learner says which edge comes next, what it adds, and what the gradient becomes. */

import {Shell, button, el} from "./shell.js";
import {Tape} from "./tape.js";
import {Stage} from "./stage.js";
import {bracketed, factorText, levelOf, numberText, unitOf} from "./numbers.js";
import {FORMULA, KIND, LABEL, VALUE} from "./redone.js";
import {judge, missing, mistakes} from "./exercise.js";
import {typed, unread} from "./typed.js";
import {listed, say} from "./words.js";

const MOST_CHOICES = 6;

const numberOf = item => typeof item === "number" ? item : {nan: NaN, inf: Infinity, "-inf": -Infinity}[item];

export class Page extends Shell {
  constructor(host) {
    super(host);
    const {data} = this;
    this.edges = data.steps.flatMap((step, i) => step[0] === "b" ? [{
      from: step[2], to: step[5], index: step[6], rule: data.rules[step[7]], towards: data.towards[step[12]],
      local: numberOf(data.facts[i][0]), upstream: numberOf(data.facts[i][1]),
    }] : []);
    for (const edge of this.edges) {
      edge.others = this.edges.filter(other => other.from === edge.from && other !== edge && other.local !== edge.local).map(other => other.local);
    }
    this.stage = new Stage(data, new Tape(data.tape, null), host.querySelector("img"), () => null, [data.root]);
    this.stage.repaint = () => this.paint();
    this.open(this.make());
    this.begin();
  }

  name(t) {
    return this.data.things[t][LABEL];
  }

  write(x) {
    return numberText(x + 0, this.data.digits);
  }

  factor(x) {
    return factorText(x, this.data.digits);
  }

  make() {
    this.question = el("h2", {tabindex: -1, class: "question"});
    this.form = el("form", {class: "form", onsubmit: event => {
      event.preventDefault();
      this.answered();
    }});
    this.verdict = el("p", {role: "status", "aria-live": "polite", class: "verdict"});
    this.hints = el("ol", {class: "hints", "aria-label": say("Hints")});
    this.hint = button(say("Hint"), say("A hint, up to three"), () => this.help());
    this.skip = button(say("Show me"), say("Show the answer and go on"), () => this.reveal());
    this.again = button(say("Start again"), say("Start again"), () => this.begin());
    this.score = el("p", {class: "score"});
    this.log = el("ol", {class: "log", "aria-label": say("What is done")});
    return el("div", {class: "box", role: "region", "aria-label": say("Practice: the backward pass by hand")},
      this.stage.element,
      el("div", {class: "columns"},
        el("section", {"aria-label": say("Question")}, this.question, this.form, this.verdict, this.hints,
          el("div", {class: "tools"}, this.hint, this.skip, this.again)),
        el("section", {"aria-label": say("So far")}, el("h2", {}, say("So far")), this.score, this.log)));
  }

  begin() {
    this.done = new Map();
    this.grads = new Map([[this.data.root, 1]]);
    this.mistakes = new Map();
    this.asked = this.first = this.helped = 0;
    this.log.replaceChildren(el("li", {}, say("{name}.grad = 1: here the backward pass begins", {name: this.name(this.data.root)})));
    this.verdict.textContent = "";
    this.stage.show(0);
    this.ask("edge");
  }

  /* ------------------------------------------------------------------ questions */

  ask(what, edge = null) {
    Object.assign(this, {what, edge, tries: 0});
    this.hints.replaceChildren();
    this.hint.disabled = this.skip.disabled = false;
    this.asked += 1;
    const [from, to] = edge ? [this.name(edge.from), this.name(edge.to)] : [];
    const which = edge?.towards ? say("{name}, {operand}", {name: to, operand: edge.towards}) : to;
    const before = edge ? this.grads.get(edge.to) ?? 0 : 0;
    this.question.textContent = {
      edge: say("Along which edge can gradient flow next?"),
      slope: edge && say("The slope of {name} = {formula} towards {operand} is",
        {name: from, formula: this.data.things[edge.from][FORMULA], operand: which}),
      contribution: edge && say("What does the edge from {from} to {operand} add to {to}.grad?", {from, operand: which, to}),
      sum: edge && say("{name}.grad was {before} and gets {share}. What is it now?",
        {name: to, before: this.write(before), share: this.factor(edge.local * edge.upstream)}),
    }[what];
    this.form.replaceChildren();
    if (what === "edge") {
      for (const i of this.choices()) {
        const {from: a, to: b, towards} = this.edges[i];
        this.form.append(el("button", {type: "button", class: "choice", onclick: () => this.chosen(i)},
          `${this.name(a)} → ${this.name(b)}${towards ? ` ${say("({operand})", {operand: towards})}` : ""}`));
      }
    } else {
      this.input = el("input", {type: "text", inputmode: "text", autocomplete: "off", "aria-label": this.question.textContent});
      this.form.append(this.input, el("button", {type: "submit"}, say("Check")));
      this.input.focus({preventScroll: true});
    }
    this.paint();
    this.tell();
  }

  /* Some edges that are left, at least one of which may come next; always the same ones in the same order. */
  choices() {
    const left = [...this.edges.keys()].filter(i => !this.done.has(i));
    const free = left.filter(i => !missing(this.edges, this.done, this.edges[i]).length);
    const bound = left.filter(i => !free.includes(i)).reverse();
    const some = [...free.slice(0, MOST_CHOICES / 2), ...bound.slice(0, MOST_CHOICES - Math.min(free.length, MOST_CHOICES / 2))];
    return some.sort((a, b) => (a * 7919) % 101 - (b * 7919) % 101);
  }

  chosen(i) {
    const edge = this.edges[i];
    const before = missing(this.edges, this.done, edge);
    if (before.length) {
      const [name, others] = [this.name(edge.from), before.map(other => this.name(other.from)).join(say(" and "))];
      this.wrong("order", before.length > 1 ? say("Not yet: {name}.grad is not complete. {others} still have to add to it.", {name, others})
        : say("Not yet: {name}.grad is not complete. {others} still has to add to it.", {name, others}));
      return;
    }
    this.right(say("That edge may come: all that its node receives has arrived."));
    this.i = i;
    this.ask(this.data.ask, edge);
  }

  answered() {
    if (this.what === "edge") return;
    const answer = typed(this.input.value);
    if (answer === null) {
      this.verdict.textContent = unread(this.input.value);
      return;
    }
    const facts = {...this.edge, before: this.grads.get(this.edge.to) ?? 0};
    const kind = judge(this.what, answer, facts, this.data.digits);
    if (kind === "right") this.next(say("Right."));
    else this.wrong(kind, mistakes()[kind][1]);
  }

  /* ------------------------------------------------------------------ verdicts */

  wrong(kind, words) {
    this.tries += 1;
    this.mistakes.set(kind, (this.mistakes.get(kind) ?? 0) + 1);
    this.verdict.textContent = words;
    this.verdict.className = "verdict wrong";
    this.tell();
  }

  right(words) {
    if (!this.tries && !this.hints.children.length) this.first += 1;
    this.verdict.textContent = words;
    this.verdict.className = "verdict right";
  }

  next(words) {
    this.right(words);
    this.advance(words);
  }

  advance() {
    const {edge} = this;
    const has = this.grads.has(edge.to);
    if (this.what === "slope") {
      this.ask("contribution", edge);
      return;
    }
    if (this.what === "contribution" && has) {
      this.ask("sum", edge);
      return;
    }
    const share = edge.local * edge.upstream;
    this.grads.set(edge.to, (this.grads.get(edge.to) ?? 0) + share);
    this.done.set(this.i, true);
    const to = this.name(edge.to);
    this.log.append(el("li", {}, say("{sum}: now {grad}", {
      sum: `${to}.grad += ${bracketed(this.factor(edge.local))} × ${bracketed(this.factor(edge.upstream))}`,
      grad: this.write(this.grads.get(edge.to)),
    })));
    this.log.scrollTop = this.log.scrollHeight;
    if (this.done.size === this.edges.length) this.finish();
    else this.ask("edge");
  }

  help() {
    const level = this.hints.children.length;
    this.hints.append(el("li", {}, this.hintFor(level)));
    this.helped += 1;
    if (level === 2) this.hint.disabled = true;
    this.tell();
  }

  hintFor(level) {
    const {edge, what} = this;
    if (what === "edge") {
      const free = [...this.edges.keys()].find(i => !this.done.has(i) && !missing(this.edges, this.done, this.edges[i]).length);
      const {from, to} = this.edges[free];
      return [
        say("A node passes its gradient on once everything that uses it has added its share."),
        say("Look for nodes whose gradient is complete. One is {name}.", {name: this.name(from)}),
        say("{from} → {to} can come now.", {from: this.name(from), to: this.name(to)}),
      ][level];
    }
    const [from, to] = [this.name(edge.from), this.name(edge.to)];
    const slope = `∂${from}/∂${to}`;
    if (what === "sum") {
      return [say("Gradients of a node that is used more than once add up."), say("{name}.grad += what this edge brings.", {name: to}),
        `${this.write(this.grads.get(edge.to))} + ${bracketed(this.factor(edge.local * edge.upstream))}`][level];
    }
    const rule = say("The slope of {formula} towards {operand} is {slope}.", {
      formula: this.data.things[edge.from][FORMULA], operand: edge.towards || to, slope: edge.rule || this.factor(edge.local),
    });
    if (what === "slope") {
      return [say("By how much does {from} change for each unit of {to}, all else held?", {from, to}), rule,
        say("It is {answer}.", {answer: this.factor(edge.local)})][level];
    }
    return [say("What an edge adds is its slope times the gradient that arrives: {product}.", {product: `${slope} × ${from}.grad`}), rule,
      `${bracketed(this.factor(edge.local))} × ${bracketed(this.factor(edge.upstream))}`][level];
  }

  reveal() {
    this.tries += 1;
    this.verdict.className = "verdict";
    if (this.what === "edge") {
      const i = [...this.edges.keys()].find(j => !this.done.has(j) && !missing(this.edges, this.done, this.edges[j]).length);
      this.verdict.textContent = say("{from} → {to} can come now.", {from: this.name(this.edges[i].from), to: this.name(this.edges[i].to)});
      this.i = i;
      this.ask(this.data.ask, this.edges[i]);
      return;
    }
    const {edge} = this;
    const share = edge.local * edge.upstream;
    const answer = {slope: edge.local, contribution: share, sum: (this.grads.get(edge.to) ?? 0) + share}[this.what];
    this.verdict.textContent = say("It is {answer}.", {answer: this.factor(answer)});
    this.advance();
  }

  tell() {
    const called = mistakes();
    const kinds = listed([...this.mistakes].map(([kind, times]) => `${called[kind][0]} ${times}×`));
    this.score.textContent = [
      say("{done} of {all} edges", {done: this.done.size, all: this.edges.length}),
      say("{count} right at once", {count: this.first}),
      this.helped > 1 ? say("{count} hints", {count: this.helped}) : this.helped ? say("1 hint") : "",
      kinds && say("mistakes: {kinds}", {kinds}),
    ].filter(Boolean).join(say("; "));
  }

  finish() {
    this.what = "end";
    this.edge = null;
    this.form.replaceChildren();
    this.hints.replaceChildren();
    this.hint.disabled = this.skip.disabled = true;
    this.question.textContent = say("Done: {count} of {all} right at once", {count: this.first, all: this.asked});
    this.verdict.className = "verdict right";
    const most = [...this.mistakes].sort((a, b) => b[1] - a[1])[0];
    const what = most && (most[0] === "order" ? say("which edge may come next") : mistakes()[most[0]][0]);
    this.verdict.textContent = most ? say("What to look at again: {what} ({times}×).", {what, times: most[1]})
      : say("Every gradient is what backward() gives.");
    this.paint();
    this.tell();
    this.question.focus();
  }

  /* ------------------------------------------------------------------ the picture */

  paint() {
    const {stage, data} = this;
    const unit = unitOf([...this.grads.values()]);
    for (const node of stage.current.nodes.values()) {
      const t = node.things.length === 1 ? node.things[0] : -1;
      if (t < 0) continue;
      const grad = this.grads.get(t);
      const complete = grad !== undefined && !missing(this.edges, this.done, {from: t}).length;
      stage.text(node.value, data.things[t][VALUE]);
      stage.text(node.grad, grad === undefined ? "–" : `${this.write(grad)}${complete ? "" : " …"}`);
      stage.shade(node, grad === undefined ? 0 : levelOf(grad, unit), grad !== undefined);
      const now = this.edge && (this.edge.from === t || this.edge.to === t);
      stage.mark(node.group, {now: Boolean(now), to: Boolean(this.edge && this.edge.to === t), later: false});
    }
    /* The slopes are what is asked, so no edge shows its own before it is done. */
    for (const edge of stage.current.edges.values()) stage.mark(edge.group, {now: false, back: false, blank: true});
    this.edges.forEach((each, i) => {
      const edge = stage.edge(stage.current, 0, each.from === undefined ? 0 : each.to, each.from, each.index);
      if (edge) stage.mark(edge.group, {blank: !this.done.has(i), now: each === this.edge, back: each === this.edge});
    });
    for (const edge of stage.current.edges.values()) {
      const target = stage.current.nodes.get(edge.target);
      if (target && target.things.length === 1 && data.things[target.things[0]][KIND] === "constant") stage.mark(edge.group, {blank: false});
    }
    if (this.edge || !this.done.size) stage.follow(this.edge ? [this.edge.from, this.edge.to] : [data.root]);
  }
}
