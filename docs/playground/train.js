/* Train mode: a small network learns points in the plane, or a table of one's own, and its film grows meanwhile. */

import {Stopped} from "./engine.js";
import {el, shown} from "./page.js";
import {word} from "./words.js";

/* What learns each of them in some seconds. */
const USUAL = {hidden: "8 8", epochs: 40, noise: 0.1};
const SUITED = {spirals: {hidden: "16 16", epochs: 80, noise: 0.05}};

const percent = share => `${Math.round(1000 * share) / 10} %`;

const inBase64 = file => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(file);
});

export class TrainMode {
  constructor(form, engine) {
    this.form = form;
    this.engine = engine;
    this.part = name => form.parentElement.querySelector(`[data-part=${name}]`);
    form.addEventListener("submit", event => {
      event.preventDefault();
      this.train();
    });
    this.part("stop").addEventListener("click", () => this.engine.stop());
    form.elements.data.addEventListener("change", () => {
      for (const [name, value] of Object.entries({...USUAL, ...SUITED[form.elements.data.value]})) form.elements[name].value = value;
      this.fields();
    });
    this.fields();
  }

  fields() {
    const own = this.form.elements.data.value === "own";
    for (const field of this.form.querySelectorAll("[data-own]")) field.hidden = (field.dataset.own === "yes") !== own;
  }

  async settings() {
    const {data, hidden, activation, lr, epochs, noise, seed, file, label} = this.form.elements;
    const settings = {
      data: data.value,
      hidden: (hidden.value.match(/\d+/g) ?? []).map(Number),
      activation: activation.value,
      lr: Number(lr.value),
      epochs: Number(epochs.value),
      seed: Number(seed.value),
    };
    if (data.value !== "own") return {...settings, noise: noise.value === "" ? null : Number(noise.value)};
    return file.files.length ? {...settings, table: await inBase64(file.files[0]), label: label.value.trim() || null} : null;
  }

  async train() {
    if (this.running) return;
    const said = this.part("said"), film = this.part("film");
    const settings = await this.settings();
    film.replaceChildren();
    if (!settings) {
      said.textContent = word("fileFirst");
      return;
    }
    this.running = true;
    this.buttons();
    said.textContent = "";
    this.engine.hear({working: true});
    try {
      const ended = await this.engine.ask("train", settings, told => this.told(told));
      if (ended.error) film.replaceChildren(shown(ended));
      else this.told(ended);
      this.engine.hear({ready: true});
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      said.textContent += ` · ${word(error.message)}`;
    }
    this.running = false;
    this.buttons();
  }

  told(told) {
    this.last = told;
    this.relabel();
    if (told.html) this.show(told.html);
  }

  relabel() {
    if (!this.last) return;
    const {epoch, epochs, loss, accuracy, val_accuracy: val, test} = this.last;
    const parts = [word("epoch", {epoch, epochs})];
    if (loss !== undefined) parts.push(word("loss", {loss: Number(loss).toPrecision(3)}));
    if (accuracy !== undefined) parts.push(word("accuracy", {accuracy: percent(accuracy)}));
    if (val !== undefined) parts.push(word("heldOut", {val: percent(val)}));
    if (test !== undefined) parts.push(word("test", {test: percent(test)}));
    this.part("said").textContent = parts.join(" · ");
    const bar = this.part("bar");
    bar.max = epochs;
    bar.value = epoch;
  }

  /* The page keeps its height while one film takes the place of another. */
  show(html) {
    const film = this.part("film");
    film.style.minHeight = `${film.offsetHeight}px`;
    film.replaceChildren(el("h2", {class: "unseen"}, word("film")), shown({html}));
    setTimeout(() => { film.style.minHeight = ""; }, 400);
  }

  buttons() {
    this.part("start").disabled = this.running;
    this.part("stop").disabled = !this.running || !this.engine.stoppable;
  }
}
