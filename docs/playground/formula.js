/* Formula mode: a typed formula and numbers, read by the library's own parser. No code runs, so a link can carry it. */

import {Stopped} from "./engine.js";
import {el, readAddress, shown, theme, writeAddress} from "./page.js";
import {word} from "./words.js";

const PAUSE = 350;
const FIRST = "tanh(w*x + b)";
const TRY = {
  neuron: [FIRST, {w: "0.5", x: "2", b: "-1.5"}],
  fanOut: ["a*a + a", {a: "3"}],
  bell: ["exp(-((x - m)/s)**2/2)", {x: "1", m: "0.5", s: "0.8"}],
  surprise: ["logsumexp([a, b, c]) - b", {a: "1", b: "0.5", c: "-1"}],
};

const text = number => (typeof number === "string" ? number : `${Number(number.toPrecision(6))}`).replace("-", "−");

/* In the address numbers stand as x=2;w=0.5. */
const parsePoint = point => Object.fromEntries(point.split(";").filter(part => part.includes("="))
  .map(part => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]));

export class FormulaMode {
  constructor(element, engine) {
    this.engine = engine;
    this.part = name => element.querySelector(`[data-part=${name}]`);
    this.formula = this.part("formula");
    this.numbers = {};
    this.asked = 0;
    this.read();
    this.formula.addEventListener("input", () => this.soon());
    for (const choice of element.querySelectorAll("[name=view], [data-part=digits]")) {
      choice.addEventListener("change", () => this.compute());
    }
    this.part("link").addEventListener("click", () => this.copyLink());
    for (const [name, [formula, numbers]] of Object.entries(TRY)) {
      this.part("try").append(el("button", {type: "button", "data-word": name, onclick: () => {
        this.formula.value = formula;
        this.numbers = {...numbers};
        this.compute();
      }}));
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.view === "graph" && this.compute());
  }

  read() {
    const address = readAddress();
    this.formula.value = address.get("formula") ?? FIRST;
    this.numbers = address.has("formula") ? parsePoint(address.get("at") ?? "") : {...TRY.neuron[1]};
    const view = document.querySelector(`[name=view][value="${CSS.escape(address.get("view") ?? "play")}"]`);
    if (view) view.checked = true;
    const digits = this.part("digits");
    if ([...digits.options].some(({value}) => value === address.get("digits"))) digits.value = address.get("digits");
  }

  get view() {
    return document.querySelector("[name=view]:checked").value;
  }

  /* An answer that is still to come is of what stood there before: it is not heard. */
  soon() {
    ++this.asked;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.compute(), PAUSE);
  }

  async compute() {
    clearTimeout(this.timer);
    const asked = ++this.asked;
    const digits = this.part("digits").value;
    const point = Object.entries(this.numbers).map(([name, number]) => `${name}=${number}`).join(";");
    writeAddress({formula: this.formula.value, at: point, view: this.view, digits: digits === "4" ? "" : digits});
    const answer = await this.engine.ask("formula", {
      text: this.formula.value, numbers: this.numbers, view: this.view, digits: Number(digits), theme: theme(),
    }).catch(error => ({error: error instanceof Stopped ? word(error.message === "ended" ? "deep" : error.message) : error.message}));
    if (asked !== this.asked) return;
    this.formula.setAttribute("aria-invalid", Boolean(answer.error));
    this.part("error").textContent = answer.error ?? "";
    if (answer.error) return;
    this.numbers = answer.numbers;
    this.fields(answer);
    this.part("result").textContent = `${word("result")} ${text(answer.value)}`;
    this.part("shown").replaceChildren(shown(answer));
  }

  /* The fields stay where they are while one is being typed into. */
  fields({numbers, gradients}) {
    const names = Object.keys(numbers);
    const place = this.part("variables");
    if (place.dataset.names !== names.join(" ")) {
      place.dataset.names = names.join(" ");
      place.replaceChildren(...names.map(name => el("label", {class: "variable"}, el("span", {class: "name"}, name),
        el("input", {type: "text", "aria-label": name, size: 7, autocomplete: "off", "data-name": name, oninput: ({target}) => {
          this.numbers[name] = target.value;
          this.soon();
        }}),
        el("output", {}))));
    }
    for (const name of names) {
      const field = place.querySelector(`[data-name="${CSS.escape(name)}"]`);
      if (field !== document.activeElement) field.value = numbers[name];
      field.nextSibling.textContent = `${word("gradient")} ${text(gradients[name])}`;
    }
  }

  async copyLink() {
    const said = this.part("said");
    try {
      await navigator.clipboard.writeText(location.href);
      said.textContent = word("copied");
    } catch {
      said.textContent = word("notCopied");
    }
  }
}
