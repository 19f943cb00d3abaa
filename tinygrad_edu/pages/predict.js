/* A question that one commits to an answer to before the right one is shown. */

import {Shell, button, el} from "./shell.js";
import {numberText} from "./numbers.js";
import {typed} from "./exercise.js";

const plain = text => text.trim().toLowerCase().replaceAll(/\s+/g, " ");

/* Whether an answer is right: a number by its tolerance, a word by its letters. */
export const isRight = (given, answer, tolerance) => {
  if (typeof answer === "string") return plain(given) === plain(answer);
  const number = typed(given);
  return number !== null && Math.abs(number - answer) <= tolerance * Math.max(Math.abs(answer), answer === 0 ? 1 : 0);
};

export class Page extends Shell {
  constructor(host) {
    super(host);
    this.open(this.make());
  }

  make() {
    const {question, choices, answer} = this.data;
    this.verdict = el("div", {role: "status", "aria-live": "polite", class: "revealed"});
    this.form = el("form", {onsubmit: event => {
      event.preventDefault();
      this.commit(this.input.value);
    }});
    if (choices.length) {
      this.form.append(...choices.map(choice => button(choice, choice, () => this.commit(choice))));
    } else {
      this.input = el("input", {type: "text", autocomplete: "off", "aria-label": question});
      this.form.append(this.input, el("button", {type: "submit"}, "Commit"));
    }
    this.numeric = typeof answer !== "string";
    return el("div", {class: "box", role: "region", "aria-label": "Predict"},
      el("div", {class: "card"}, el("p", {class: "prompt"}, "Predict first"), el("p", {class: "question"}, question), this.form, this.verdict));
  }

  commit(given) {
    const {answer, tolerance, because} = this.data;
    if (!given.trim() || (this.numeric && typed(given) === null)) {
      this.verdict.textContent = this.numeric ? "Type a number, such as −0.25, or a product, such as 2 × 0.7." : "Type your answer first.";
      return;
    }
    const right = isRight(given, answer, tolerance);
    const shown = this.numeric ? numberText(answer) : answer;
    this.form.querySelectorAll("button, input").forEach(part => { part.disabled = true; });
    this.verdict.replaceChildren(
      el("p", {class: right ? "right" : "wrong"}, right ? `You said ${given.trim()}: right.` : `You said ${given.trim()}.`),
      el("p", {}, el("b", {}, `It is ${shown}.`), because ? ` ${because}` : ""));
  }
}
