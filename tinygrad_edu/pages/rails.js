/* A rail with its pin, and the band from there to where the prediction is. */

import {svg} from "./shell.js";

const THUMB = 22;

/* The band hangs when it is slack, and is drawn tight and thin when it is stretched; an arrow is as long as the pull.
   Where nothing can be dragged the rail and the slider are drawn, too, and where it has been before. */
export const drawRail = (picture, prediction, truth, pull, before = null) => {
  const width = picture.clientWidth || 300;
  const at = x => THUMB / 2 + Math.min(1, Math.max(0, x)) * (width - THUMB);
  const [here, pin, y] = [at(prediction), at(truth), 44];
  const length = Math.abs(pin - here);
  const sag = 26 / (1 + length / 60);
  const edge = here + Math.sign(pin - here) * Math.min(length, THUMB / 2);
  const third = (pin - edge) / 3;
  const band = `M${edge} ${y}C${edge + third} ${y + sag} ${pin - third} ${y + sag} ${pin} ${y}`;
  const reach = Math.sign(pull) * Math.min(Math.abs(pull), 1.5) * (width - THUMB) * 0.3;
  const tip = Math.min(width - 4, Math.max(4, here + reach));
  const head = Math.sign(reach) * 7;
  const parts = [
    svg("path", {d: band, class: "band", "stroke-width": (8 - 4 * Math.min(1, length / width)).toFixed(2)}),
    svg("path", {d: `M${pin} ${y - 4}l-7 -18h14z`, class: "pin"}),
    svg("circle", {cx: pin, cy: y - 24, r: 5, class: "pin"}),
  ];
  if (Math.abs(tip - here) > 9) {
    parts.push(svg("path", {d: `M${here} 66H${tip - head}`, class: "pull"}),
      svg("path", {d: `M${tip} 66l${-head} -5v10z`, class: "tip"}));
  }
  if (before) {
    const dots = before.map(p => `M${at(p).toFixed(1)} ${y}h0`).join("");
    parts.unshift(svg("rect", {x: THUMB / 2, y: y - 3, width: Math.max(0, width - THUMB), height: 6, rx: 3, class: "rod"}), svg("path", {d: dots, class: "trail"}));
    parts.push(svg("rect", {x: here - THUMB / 2, y: y - 13, width: THUMB, height: 26, rx: 8, class: "thumb"}));
  }
  picture.setAttribute("viewBox", `0 0 ${width} 76`);
  picture.replaceChildren(...parts);
};
