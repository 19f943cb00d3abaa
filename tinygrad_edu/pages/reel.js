/* What runs through the moments of a training: a slider, play and pause, keys; and losses over the epochs with a cursor. */

import {button, el, svg} from "./shell.js";
import {numberText} from "./numbers.js";
import {say} from "./words.js";

const EDGE = 34;
const [WIDTH, HEIGHT, TOP] = [900, 120, 6];

/* As people count: the first step of all is step 1 of epoch 1. */
export const momentName = ([epoch, step]) =>
  step ? say("epoch {epoch}, step {step}", {epoch: epoch + 1, step}) : epoch ? say("epoch {epoch}", {epoch}) : say("start");

const momentOf = ([epoch, step], epochs) =>
  step ? say("epoch {epoch} of {epochs}, step {step}", {epoch: epoch + 1, epochs, step})
    : epoch ? say("epoch {epoch} of {epochs}", {epoch, epochs}) : say("start");

export class Reel {
  /* `moved` is told whenever another moment is to be shown. */
  constructor(moments, moved) {
    Object.assign(this, {moments, moved, last: moments.length - 1, at: moments.length - 1});
    this.playing = button(say("▶ Play"), say("Play or pause (space)"), () => this.toggle(), {class: "play"});
    this.slider = el("input", {type: "range", min: 0, max: this.last, value: this.last, "aria-label": say("Moment"), oninput: () => {
      this.halt();
      this.go(Number(this.slider.value));
    }});
    this.count = el("output", {class: "count"});
    this.element = el("div", {class: "bar"}, this.playing, this.slider, this.count);
    this.tell();
  }

  get name() {
    return momentName(this.moments[this.at]);
  }

  tell() {
    this.slider.value = this.at;
    this.slider.setAttribute("aria-valuetext", this.name);
    this.count.textContent = momentOf(this.moments[this.at], this.moments[this.last][0]);
  }

  go(to) {
    this.at = Math.max(0, Math.min(this.last, to));
    this.tell();
    this.moved();
  }

  toggle() {
    if (this.timer) {
      this.halt();
      return;
    }
    if (this.at === this.last) this.go(0);
    this.playing.textContent = say("⏸ Pause");
    const pace = Math.max(40, Math.min(400, 8000 / this.moments.length));
    this.timer = setInterval(() => {
      if (this.at === this.last) this.halt();
      else this.go(this.at + 1);
    }, pace);
  }

  halt() {
    clearInterval(this.timer);
    this.timer = null;
    this.playing.textContent = say("▶ Play");
  }

  /* Answer to a key, if it is one of these; `others` are more of them. */
  key(event, inside, others) {
    const typing = inside.tagName === "INPUT";
    const actions = {ArrowRight: () => this.go(this.at + 1), ArrowLeft: () => this.go(this.at - 1), Home: () => this.go(0),
      End: () => this.go(this.last), " ": () => this.toggle(), ...others};
    const action = actions[event.key];
    if (!action || (typing && event.key !== "Escape") || (inside.tagName === "BUTTON" && event.key === " ")) return false;
    if (event.key !== " ") this.halt();
    action();
    return true;
  }

  /* Draw losses over the epochs, as wide as the page, and the cursor where the film is: each line is its kind and its points, epoch and loss. */
  curve(lines, legend) {
    const epochs = Math.max(...lines.map(([, points]) => points.at(-1)[0]));
    const top = Math.max(...lines.flatMap(([, points]) => points.map(([, loss]) => loss)).filter(Number.isFinite), 1e-12);
    const width = Math.max(240, (this.element.clientWidth || WIDTH) - 32);
    const x = epoch => EDGE + (width - 2 * EDGE) * epoch / Math.max(1, epochs);
    const y = loss => HEIGHT - 24 - (HEIGHT - 24 - TOP) * Math.min(1, loss / top);
    const paths = lines.map(([kind, points]) => svg("path", {class: kind,
      d: points.map(([epoch, loss], i) => Number.isFinite(loss) ? `${i ? "L" : "M"}${x(epoch).toFixed(1)} ${y(loss).toFixed(1)}` : "").join("")}));
    const here = x(this.epochs(this.moments[this.at]));
    const parts = [svg("line", {x1: EDGE, x2: width - EDGE, y1: HEIGHT - 24, y2: HEIGHT - 24, class: "base"}), ...paths,
      svg("line", {x1: here, x2: here, y1: TOP - 4, y2: HEIGHT - 24, class: "cursor"}),
      svg("text", {x: EDGE, y: HEIGHT - 5}, say("start")), svg("text", {x: width - EDGE, y: HEIGHT - 5, "text-anchor": "end"}, say("epoch {epoch}", {epoch: epochs}))];
    return el("div", {}, el("p", {class: "heads"}, el("span", {}, say("loss, up to {top}", {top: numberText(top, 3)})), el("span", {}, legend)),
      svg("svg", {viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": say("Loss over the epochs")}, ...parts));
  }

  /* How many epochs had passed at a moment, the steps of the next one counted as parts of it. */
  epochs([epoch, step]) {
    const steps = Math.max(1, ...this.moments.filter(([other]) => other === epoch).map(([, s]) => s + 1));
    return epoch + step / steps;
  }
}
