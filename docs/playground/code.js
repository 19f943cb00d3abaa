/* Code mode: a few lines of Python with the library. It runs on a click, and can be stopped. */

import {EXAMPLES} from "./examples.js";
import {Stopped} from "./engine.js";
import {el, shown} from "./page.js";
import {language, word} from "./words.js";

/* An example is one program whose comments stand in both languages; the first of them is its title. */
const inLanguage = program => program.split("\n")
  .filter(line => !/^\s*# (en|zh): /.test(line) || line.includes(`# ${language()}: `))
  .map(line => line.replace(/# (en|zh): /, "# ")).join("\n");

const titleOf = program => inLanguage(program).split("\n")[0].slice(2);
const withoutTitle = program => inLanguage(program).split("\n").slice(1).join("\n");

export class CodeMode {
  constructor(element, engine) {
    this.engine = engine;
    this.part = name => element.querySelector(`[data-part=${name}]`);
    this.code = this.part("code");
    this.choice = this.part("example");
    this.choice.addEventListener("change", () => this.load());
    this.part("run").addEventListener("click", () => this.run());
    this.part("stop").addEventListener("click", () => this.engine.stop());
    this.code.addEventListener("keydown", event => this.key(event));
  }

  relabel() {
    const at = Math.max(0, this.choice.selectedIndex);
    const untouched = this.code.value === (this.loaded ?? "");
    this.choice.replaceChildren(...Object.entries(EXAMPLES).map(([name, program]) => el("option", {value: name}, titleOf(program))));
    this.choice.selectedIndex = at;
    if (untouched) this.load();
  }

  load() {
    this.loaded = withoutTitle(EXAMPLES[this.choice.value]);
    this.code.value = this.loaded;
    this.code.rows = Math.min(26, this.loaded.split("\n").length + 1);
  }

  /* Tab leaves the field, as everywhere; a new line is indented as the one before. */
  key(event) {
    if (event.key !== "Enter") return;
    const {value, selectionStart: at} = this.code;
    if (event.ctrlKey || event.metaKey) this.run();
    else if (!event.shiftKey) {
      const line = value.slice(value.lastIndexOf("\n", at - 1) + 1, at);
      this.code.setRangeText(`\n${line.match(/^\s*/)[0]}${/:\s*$/.test(line) ? "    " : ""}`, at, this.code.selectionEnd, "end");
    } else return;
    event.preventDefault();
  }

  async run() {
    if (this.running) return;
    const output = this.part("output");
    output.replaceChildren();
    this.running = true;
    this.buttons();
    this.engine.hear({working: true});
    try {
      const ended = await this.engine.ask("run", {code: this.code.value}, told => this.told(output, told));
      if (ended.failed ?? ended.error) output.append(shown(ended));
      else if (!output.children.length) output.append(el("p", {class: "hint"}, word("nothing")));
      this.engine.hear({ready: true});
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      output.append(el("p", {class: "hint"}, word(error.message)));
    }
    this.running = false;
    this.buttons();
  }

  told(output, told) {
    if (told.printed === undefined) {
      output.append(shown(told));
      return;
    }
    const last = output.lastElementChild;
    if (last?.classList.contains("printed")) last.textContent += told.printed;
    else output.append(el("pre", {class: "printed", tabindex: 0}, told.printed));
  }

  buttons() {
    this.part("run").disabled = this.running;
    this.part("stop").disabled = !this.running || !this.engine.stoppable;
  }
}
