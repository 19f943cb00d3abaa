/* Rails with pins and sliders, and the bands between them: dragged, they say how two losses pull. */

import {Shell, button, el, svg} from "./shell.js";
import {Tape} from "./tape.js";
import {numberText} from "./numbers.js";
import {drawRail} from "./rails.js";
import {say} from "./words.js";

const PACE = {mse: 0.2, cross_entropy: 0.5};

const called = name => ({mse: say("Squared error"), cross_entropy: say("Cross-entropy")})[name];

const clipped = p => Math.min(1, Math.max(0, p));

/* The predictions as softmax has them: what is left over belongs to all else, and what is too much is shared out. */
export const shares = (prediction, withRest, smallest) => {
  const sum = prediction.reduce((a, b) => a + b, 0);
  const all = withRest ? [...prediction, Math.max(0, 1 - sum)] : prediction;
  const total = all.reduce((a, b) => a + b, 0);
  return all.map(p => Math.max(total ? p / total : 1 / all.length, smallest));
};

/* What the engine's losses say of a prediction: how large they are, and the pull on every slider or score. */
export const judged = (losses, tapes, prediction, rest, smallest) => {
  const results = {};
  for (const name of Object.keys(losses)) {
    const numbers = name === "mse" ? prediction : shares(prediction, rest, smallest).map(Math.log);
    const leaves = losses[name].leaves;
    const {values, grads} = tapes[name].compute(new Map(leaves.map((place, i) => [place, numbers[i]])));
    results[name] = {loss: values[tapes[name].root], numbers, pulls: leaves.map(place => 0 - grads[place])};
  }
  return results;
};

export class Page extends Shell {
  constructor(host, operations) {
    super(host);
    const {losses, prediction} = this.data;
    this.tapes = Object.fromEntries(Object.keys(losses).map(name => [name, new Tape(losses[name].tape, operations[name])]));
    this.prediction = [...prediction];
    this.loss = this.data.loss;
    this.open(this.make());
    new ResizeObserver(() => this.show()).observe(this.box);
    this.show();
  }

  make() {
    const {classes, target} = this.data;
    this.rails = classes.map((name, i) => {
      const slider = el("input", {type: "range", min: 0, max: 1, step: 0.01, value: this.prediction[i], "aria-label": name,
        oninput: () => {
          this.prediction[i] = Number(slider.value);
          this.show();
        }});
      const picture = svg("svg", {"aria-hidden": "true"});
      const said = el("span", {class: "said"});
      return {slider, picture, said, truth: target[i],
        element: el("div", {class: "rail"}, el("b", {title: name}, name), el("div", {class: "track"}, picture, slider), said)};
    });
    this.panels = Object.keys(this.data.losses).map(name => {
      const number = el("b", {class: "loss"});
      const body = el("tbody");
      const choose = el("input", {type: "radio", name: "loss", value: name, checked: name === this.loss, onchange: () => {
        this.loss = name;
        this.show();
      }});
      const step = button(say("One step along the pull"), say("One step along the pull of {loss}", {loss: called(name).toLowerCase()}), () => this.step(name));
      const head = name === "mse" ? [say("class"), say("prediction"), say("pull: −∂loss/∂prediction")]
        : [say("class"), "softmax", say("pull on its score: truth − softmax")];
      return {name, number, body, element: el("section", {class: "panel", "aria-label": called(name)},
        el("header", {}, el("label", {}, choose, ` ${called(name)}`), number),
        el("table", {}, el("thead", {}, el("tr", {}, ...head.map(text => el("th", {scope: "col"}, text)))), body), step)};
    });
    this.status = el("p", {role: "status", "aria-live": "polite", class: "hint"});
    return el("div", {class: "box", role: "region", "aria-label": say("Rubber bands between prediction and truth")},
      el("div", {class: "rails"}, ...this.rails.map(rail => rail.element), this.status,
        el("div", {class: "tools"}, button(say("Reset"), say("Put every slider back where it was"), () => this.reset()))),
      el("div", {class: "panels"}, ...this.panels.map(panel => panel.element)));
  }

  write(x) {
    return numberText(Math.abs(x) < 5e-13 ? 0 : x);
  }

  show() {
    const {losses, rest, smallest, classes, target} = this.data;
    this.results = judged(losses, this.tapes, this.prediction, rest, smallest);
    const {pulls} = this.results[this.loss];
    this.rails.forEach((rail, i) => {
      const p = this.prediction[i];
      rail.slider.value = p;
      const stretch = Math.abs(p - rail.truth);
      rail.slider.setAttribute("aria-valuetext", say("{prediction}, the truth is {truth}: band {stretch}, pull {pull}",
        {prediction: this.write(p), truth: this.write(rail.truth), stretch: this.write(stretch), pull: this.write(pulls[i])}));
      rail.said.replaceChildren(el("span", {}, say("band {stretch}", {stretch: this.write(stretch)})),
        el("span", {}, say("pull {pull}", {pull: this.write(pulls[i])})));
      drawRail(rail.picture, p, rail.truth, pulls[i]);
    });
    for (const {name, number, body} of this.panels) {
      const result = this.results[name];
      number.textContent = say("loss {loss}", {loss: this.write(result.loss)});
      const shown = name === "mse" ? this.prediction : shares(this.prediction, rest, smallest);
      body.replaceChildren(...shown.map((p, i) => el("tr", {},
        el("th", {scope: "row"}, classes[i] ?? rest), el("td", {}, this.write(p)), el("td", {}, this.write(result.pulls[i])))));
    }
    const slack = this.prediction.every((p, i) => Math.abs(p - target[i]) < 0.005);
    this.status.textContent = slack ? say("Every slider sits on its pin: all bands are slack.")
      : this.loss === "mse"
        ? say("Drag a slider, the prediction. The pin is the truth: the farther from it, the larger the loss, so the gradient points away from the pin, and the band pulls the other way, the harder the longer it is.")
        : say("Drag a slider. Cross-entropy looks at the share that each has of all, and pulls on the score behind it by what that share lacks.");
  }

  /* A step along the pull: squared error moves the predictions, cross-entropy the scores that they are made of. */
  step(name) {
    this.loss = name;
    for (const radio of this.box.querySelectorAll("input[type=radio]")) {
      radio.checked = radio.value === name;
    }
    const {numbers, pulls} = this.results[name];
    const moved = numbers.map((x, i) => x + PACE[name] * pulls[i]);
    if (name === "mse") this.prediction = moved.map(clipped);
    else {
      const top = Math.max(...moved);
      const weights = moved.map(x => Math.exp(x - top));
      const total = weights.reduce((a, b) => a + b, 0);
      this.prediction = weights.slice(0, this.prediction.length).map(x => x / total);
    }
    this.show();
  }

  reset() {
    this.prediction = [...this.data.prediction];
    this.show();
  }
}
