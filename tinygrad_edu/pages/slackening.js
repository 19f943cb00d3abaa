/* The rubber bands of a network's examples: one slider over the epochs, a rail a class, every band from the prediction of
   then to the truth; and all examples at a glance. */

import {Shell, el, svg} from "./shell.js";
import {numberText} from "./numbers.js";
import {numberOf} from "./chain.js";
import {drawRail} from "./rails.js";
import {Reel, momentName} from "./reel.js";
import {listed, say, together} from "./words.js";

const MOST_SAID = 3;

export class Page extends Shell {
  constructor(host) {
    super(host);
    this.said = this.data.said.map(row => row.map(([prediction, pulls, loss]) => ({
      prediction: prediction.map(numberOf), pulls: pulls.map(numberOf), loss: numberOf(loss)})));
    this.chosen = this.data.chosen;
    this.reel = new Reel(this.data.moments, () => this.show());
    this.open(this.make());
    this.reel.go(0);
    new ResizeObserver(() => this.show()).observe(this.box);
  }

  make() {
    const {classes, examples, shape, left_out: left} = this.data;
    this.rails = classes.map(name => {
      const picture = svg("svg", {"aria-hidden": "true"});
      const track = el("div", {class: "track", role: "meter", "aria-label": name, "aria-valuemin": 0, "aria-valuemax": 1}, picture);
      const said = el("span", {class: "said"});
      return {picture, track, said, element: el("div", {class: "rail"}, el("b", {title: name}, name), track, said)};
    });
    this.tiles = examples.map((example, i) => {
      const bars = example.truth.map(() => el("i"));
      const element = el("button", {type: "button", class: "tile", onclick: () => this.choose(i)},
        ...(shape.length ? [this.grey(example.pixels)] : [el("span", {}, example.name === "unseen" ? say("unseen") : example.name)]), el("span", {class: "bars"}, ...bars));
      return {element, bars};
    });
    this.title = el("h2");
    this.portrait = el("div", {class: "portrait"});
    this.verdict = el("p", {role: "status", "aria-live": "polite"});
    this.tally = el("p", {class: "tally"});
    this.curve = el("div", {class: "curve"});
    const more = left && say("{count} more examples are not shown.", {count: left});
    const towards = this.data.towards === "score"
      ? say("The arrow is the pull on the score: against the gradient of the loss ({loss}).", {loss: this.data.loss})
      : say("The arrow is the pull on the prediction: against the gradient of the loss ({loss}).", {loss: this.data.loss});
    return el("div", {class: "box", role: "region", tabindex: 0, "aria-label": say("Rubber bands while a network learns"),
      "aria-keyshortcuts": "ArrowLeft ArrowRight Space Home End"},
      this.reel.element,
      el("div", {class: "company"},
        el("section", {"aria-label": say("The chosen example")},
          el("header", {}, this.portrait, el("div", {}, this.title, this.verdict)),
          ...this.rails.map(rail => rail.element),
          el("p", {class: "hint"}, together(say("The pin is the truth, the slider what the network says; the dots are where it has been."), towards))),
        el("section", {"aria-label": say("All examples")}, this.tally,
          el("div", {class: "tiles"}, ...this.tiles.map(tile => tile.element)),
          el("p", {class: "hint"}, together(say("Below each example its bands, one a class: the longer, the more it is wrong. Click one to see its rails."), more)))),
      this.curve);
  }

  /* A grey picture, drawn without smoothing. */
  grey(pixels) {
    const [rows, columns] = this.data.shape;
    const canvas = el("canvas", {width: columns, height: rows, "aria-hidden": "true"});
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, rows);
    for (const [i, v] of pixels.entries()) image.data.set([v * 255, v * 255, v * 255, 255], 4 * i);
    context.putImageData(image, 0, 0);
    return canvas;
  }

  choose(i) {
    this.chosen = i;
    this.show();
  }

  called(example) {
    const places = {place: example.name, truth: this.truth(example)};
    return example.name === "unseen" ? say("A new example: {truth}", places) : say("Example {place}: {truth}", places);
  }

  /* What is true of an example, in words: its class, where there is one. */
  truth({truth}) {
    const {classes} = this.data;
    return classes.length > 1 ? classes[truth.indexOf(Math.max(...truth))] : numberText(truth[0], 2);
  }

  /* What the network says, the likeliest first; of many classes those few that it holds likely. */
  says(prediction) {
    const {classes} = this.data;
    const ranked = [...prediction.keys()].sort((a, b) => prediction[b] - prediction[a]);
    const shown = ranked.slice(0, MOST_SAID).map(k => classes.length > 1 ? say("{name} ({share})", {name: classes[k], share: numberText(prediction[k], 2)}) : numberText(prediction[k], 3));
    const more = ranked.length - shown.length;
    return say("The network says {answer}.", {answer: listed([...shown, ...(more ? [say("… {count} more", {count: more})] : [])])});
  }

  stretched(seen, {truth}) {
    return truth.map((t, k) => Math.abs(seen.prediction[k] - t));
  }

  show() {
    const {classes, examples, moments, slack, slack_from: slackFrom} = this.data;
    const {at} = this.reel;
    const example = examples[this.chosen];
    const seen = this.said[at][this.chosen];
    const bands = this.stretched(seen, example);
    this.rails.forEach((rail, k) => {
      const [p, t, pull] = [seen.prediction[k], example.truth[k], seen.pulls[k]];
      const before = this.said.slice(0, at).map(row => row[this.chosen].prediction[k]);
      rail.track.setAttribute("aria-valuenow", Number(Math.min(1, Math.max(0, p)).toPrecision(4)) || 0);
      rail.track.setAttribute("aria-valuetext", say("{prediction}, the truth is {truth}: band {stretch}, pull {pull}",
        {prediction: numberText(p), truth: numberText(t), stretch: numberText(bands[k]), pull: numberText(pull)}));
      rail.said.replaceChildren(el("span", {}, say("band {stretch}", {stretch: numberText(bands[k])})), el("span", {}, say("pull {pull}", {pull: numberText(pull)})));
      drawRail(rail.picture, p, t, pull, before);
    });
    const title = this.called(example);
    if (this.title.textContent !== title) {
      this.title.textContent = title;
      this.portrait.replaceChildren(...(example.pixels.length ? [this.grey(example.pixels)] : []));
    }
    this.verdict.textContent = together(
      this.says(seen.prediction),
      bands.every(b => b < slack) && say("Its bands are slack."), say("Loss {loss}.", {loss: numberText(seen.loss)}));
    let loose = 0;
    this.tiles.forEach(({element, bars}, i) => {
      const lengths = this.stretched(this.said[at][i], examples[i]);
      const isSlack = lengths.every(b => b < slack);
      loose += isSlack;
      bars.forEach((bar, k) => { bar.style.width = `${Math.min(100, 100 * lengths[k]).toFixed(1)}%`; });
      element.classList.toggle("slack", isSlack);
      element.setAttribute("aria-pressed", String(i === this.chosen));
      element.setAttribute("aria-label", together(`${this.called(examples[i])};`,
        isSlack ? say("slack") : say("longest band {stretch}", {stretch: numberText(Math.max(...lengths), 2)})));
    });
    const told = {moment: momentName(moments[at]), count: loose, all: examples.length, epoch: slackFrom};
    this.tally.textContent = slackFrom === null
      ? say("At {moment} the bands of {count} of {all} examples are slack; some stay stretched to the end.", told)
      : say("At {moment} the bands of {count} of {all} examples are slack; all are slack from epoch {epoch} on.", told);
    const line = of => moments.map((moment, m) => [this.reel.epochs(moment), of(this.said[m])]);
    this.curve.replaceChildren(this.reel.curve([
      ["held", line(row => row.reduce((sum, {loss}) => sum + loss, 0) / row.length)], ["learnt", line(row => row[this.chosen].loss)],
    ], say("solid: this example; dashed: the mean of all shown")));
  }

  key(event, inside) {
    return this.reel.key(event, inside);
  }
}
