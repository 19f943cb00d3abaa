/* A question that one commits to an answer to before the right one is shown. */

import {Shell, button, el} from "./shell.js";
import {numberText} from "./numbers.js";
import {typed, unread} from "./typed.js";
import {say} from "./words.js";

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
      this.form.append(this.input, el("button", {type: "submit"}, say("Commit")));
    }
    this.numeric = typeof answer !== "string";
    return el("div", {class: "box", role: "region", "aria-label": say("Predict")},
      el("div", {class: "card"}, el("p", {class: "prompt"}, say("Predict first")), el("p", {class: "question"}, question), this.form, this.verdict));
  }

  commit(given) {
    const {answer, tolerance, mistakes, because} = this.data;
    if (!given.trim() || (this.numeric && typed(given) === null)) {
      this.verdict.textContent = this.numeric ? unread(given) : say("Type your answer first.");
      return;
    }
    const right = isRight(given, answer, tolerance);
    const mistake = right ? undefined : mistakes.find(([wrong]) => isRight(given, wrong, tolerance));
    const shown = this.numeric ? numberText(answer) : answer;
    this.form.querySelectorAll("button, input").forEach(part => { part.disabled = true; });
    this.verdict.replaceChildren(
      el("p", {class: right ? "right" : "wrong"}, right ? say("You said {answer}: right.", {answer: given.trim()}) : say("You said {answer}.", {answer: given.trim()})),
      ...mistake ? [el("p", {}, mistake[1])] : [],
      el("p", {}, el("b", {}, say("It is {answer}.", {answer: shown})), because ? say(" ") + because : ""));
  }
}
