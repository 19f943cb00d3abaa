/* An edge may be longer than the window on its picture: then the end that is out of sight is told at the rim, where the
   edge leaves, and a click brings it into sight. */

import {el} from "./shell.js";

const SAMPLES = 80;
const INSET = 6;

export class Rim {
  /* `window` shows a part of a picture; `sought` is told which end to show. */
  constructor(window, sought) {
    this.window = window;
    this.ends = null;
    this.element = el("button", {type: "button", class: "rim", hidden: true, onclick: () => sought(this.shown)});
    window.addEventListener("scroll", () => this.look(), {passive: true});
  }

  /* Watch an edge from now on: its line, and of both of its ends, in the line's order, the node, the thing and what is told of it. */
  watch(line, ends) {
    this.line = line;
    this.ends = line ? ends : null;
    this.look();
  }

  look() {
    this.element.hidden = true;
    if (!this.ends) return;
    const ground = this.window.getBoundingClientRect();
    const inside = (x, y) => x >= ground.left && x <= ground.right && y >= ground.top && y <= ground.bottom;
    const seen = this.ends.map(({node}) => {
      const {left, right, top, bottom} = node.group.querySelector("[data-part=card]").getBoundingClientRect();
      return inside((left + right) / 2, (top + bottom) / 2);
    });
    if (seen[0] === seen[1]) return;
    const far = seen[0] ? 1 : 0;
    const [length, screen] = [this.line.getTotalLength(), this.line.getScreenCTM()];
    /* Along the line from the end in sight to where it leaves. */
    const points = Array.from({length: SAMPLES + 1}, (_, i) => this.line.getPointAtLength(length * (far ? i : SAMPLES - i) / SAMPLES).matrixTransform(screen));
    const out = points.findIndex((point, i) => i > 0 && inside(points[i - 1].x, points[i - 1].y) && !inside(point.x, point.y));
    if (out < 0) return;
    const [from, to] = [points[out - 1], points[out]];
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const arrow = Math.abs(dx) > Math.abs(dy) ? (dx > 0 ? "→" : "←") : dy > 0 ? "↓" : "↑";
    this.shown = this.ends[far].thing;
    this.element.textContent = `${this.ends[far].told} ${arrow}`;
    this.element.hidden = false;
    const home = this.element.offsetParent.getBoundingClientRect();
    const {offsetWidth: wide, offsetHeight: tall} = this.element;
    const held = (at, low, high, size) => Math.max(low + INSET, Math.min(high - size - INSET, at - size / 2)).toFixed(1);
    this.element.style.left = `${held(to.x, ground.left, ground.right, wide) - home.left}px`;
    this.element.style.top = `${held(to.y, ground.top, ground.bottom, tall) - home.top}px`;
  }
}
