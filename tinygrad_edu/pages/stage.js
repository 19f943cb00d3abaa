/* The pictures of a computation as one can move and repaint them: nodes and edges found by the things they stand for. */

import {button, el, fading, svg} from "./shell.js";
import {LABEL} from "./redone.js";
import {Rim} from "./rim.js";
import {factorText, levelOf, numberText, unitOf} from "./numbers.js";
import {say} from "./words.js";

/* Points of the picture to pixels: what makes its smallest letters 10 pixels high. */
const READABLE = 1.06;
/* Milliseconds that a chip takes along an edge. */
const FLIGHT = 650;

export class Stage {
  /* `clicked` is told the node that was clicked. */
  constructor(data, tape, still, clicked) {
    Object.assign(this, {data, tape, clicked, state: null, view: -1, views: []});
    if (!data.views[0].svg) {
      const address = still.getAttribute("src");
      data.views[0].svg = decodeURIComponent(address.slice(address.indexOf(",") + 1));
    }
    this.element = el("div", {class: "stage"});
    this.zoomBar = el("div", {class: "zoom"},
      button("−", say("Zoom out (−)"), () => this.zoom(1.25)), button("+", say("Zoom in (+)"), () => this.zoom(0.8)),
      button("⤢", say("Show all (0)"), () => this.fit()));
    this.where = el("div", {class: "where"});
    this.window = fading(el("div", {class: "window", tabindex: 0, role: "group", "aria-label": say("Picture of the computation")}));
    this.chip = el("div", {class: "chip", hidden: true, "aria-hidden": "true"});
    this.rim = new Rim(this.window, thing => this.follow([thing]));
    this.element.append(this.window, this.rim.element, el("div", {class: "over"}, this.where, this.zoomBar));
    new ResizeObserver(entries => {
      this.width = entries[0].contentRect.width;
      if (this.current) this.lay();
    }).observe(this.window);
  }

  /* The whole is shown at once where its letters can be read then; else in a window that scrolls to where the step is. */
  lay() {
    const {whole, svg: picture} = this.current;
    const tallest = Number.parseFloat(getComputedStyle(this.window).maxHeight) || 560;
    const scrolls = !this.overview && this.width > 0 && Math.min(this.width / whole[2], tallest / whole[3]) < READABLE;
    this.window.classList.toggle("scrolls", scrolls);
    this.element.classList.toggle("cut", scrolls);
    picture.style.width = scrolls ? `${(whole[2] * READABLE).toFixed(0)}px` : "";
    picture.style.height = scrolls ? `${(whole[3] * READABLE).toFixed(0)}px` : "";
    const begins = scrolls && !this.scrolls;
    this.scrolls = scrolls;
    if (begins && this.followed) this.follow(this.followed);
    this.rim.look();
  }

  get current() {
    return this.views[this.view];
  }

  get homes() {
    return this.data.views[this.view].homes;
  }

  /* The node of the picture that stands for a thing; undefined where none does. */
  node(t) {
    return this.current.nodes.get(this.homes[t]);
  }

  show(v) {
    if (v === this.view) return;
    this.view = v;
    if (!this.views[v]) this.views[v] = this.parse(v);
    this.renumber();
    this.where.replaceChildren();
    this.element.classList.toggle("inside", v > 0);
    if (v) {
      this.where.append(el("button", {type: "button", onclick: () => { this.show(0); this.repaint(); }}, say("← whole")),
        el("b", {}, this.data.views[v].name));
    }
    this.window.replaceChildren(this.views[v].svg, this.chip);
    this.overview = false;
    this.whole();
    this.paths([]);
  }

  parse(v) {
    const text = this.data.views[v].svg;
    const picture = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
    picture.removeAttribute("width");
    picture.removeAttribute("height");
    picture.querySelector("style.colours")?.remove();
    const whole = picture.getAttribute("viewBox").split(" ").map(Number);
    const notes = picture.querySelectorAll(".tg-note").length;
    if (notes) whole[3] -= 10 + 14 * notes;
    const nodes = new Map();
    for (const group of picture.querySelectorAll(".tg-node")) {
      const part = name => group.querySelector(`[data-part="${name}"]`);
      const grad = part("grad");
      const node = {group, value: part("value"), grad, chip: part("chip"), things: [], id: group.dataset.id};
      node.final = grad ? grad.textContent : "";
      node.inks = grad ? [grad, grad.previousSibling].filter(e => e && e.tagName === "text") : [];
      nodes.set(node.id, node);
      group.addEventListener("click", () => { if (!this.dragged) this.clicked(node); });
    }
    for (const [t, id] of Object.entries(this.data.views[v].homes)) {
      if (nodes.has(id)) nodes.get(id).things.push(Number(t));
    }
    /* Where the picture had no room for a name in full, a pointer that rests on the box is told it. */
    for (const {group, things} of nodes.values()) {
      const name = things.length === 1 ? this.data.things[things[0]][LABEL] : "";
      if (name && ![...group.querySelectorAll("text")].some(text => text.textContent === name)) group.prepend(svg("title", {}, name));
    }
    const edges = new Map();
    for (const group of picture.querySelectorAll(".tg-edge")) {
      const {source, target, index} = group.dataset;
      edges.set(`${source}>${target}#${index}`, {group, source, target, at: 0});
    }
    const result = {svg: picture, nodes, edges, whole};
    this.data.steps.forEach((step, i) => {
      if (step[0] !== "b") return;
      const edge = this.edge(result, v, step[5], step[2], step[6]);
      if (edge && !edge.at) edge.at = i + 1;
    });
    this.movable(picture);
    return result;
  }

  edge(view, v, from, to, index) {
    const {homes} = this.data.views[v];
    const pair = `${homes[from]}>${homes[to]}#`;
    return view.edges.get(pair + index) || view.edges.get(`${pair}-1`);
  }

  /* Write the numbers of the picture that no step changes: slopes, sums of groups, and what is wrong with a node. */
  renumber() {
    const view = this.current;
    if (view.state === this.state) return;
    view.state = this.state;
    const {state, tape, data} = this;
    const write = x => numberText(x + 0, data.digits);
    const placeOf = node => node.things.length === 1 && node.id[0] === "n" ? data.places[node.things[0]] : -1;
    const flows = new Map();
    for (const [name, edge] of view.edges) {
      const [place, index] = [placeOf(view.nodes.get(edge.target)), Number(name.slice(name.indexOf("#") + 1))];
      if (place >= 0 && index >= 0 && !tape.constant[tape.operands[place][index]]) flows.set(edge, state?.edges[place][index]);
    }
    const carried = state ? this.carried() : new Map();
    const unit = state ? unitOf([...flows.values()].map(flow => flow.contribution).concat([...carried.values()])) : 1;
    for (const edge of view.edges.values()) {
      if (edge.group.classList.contains("line")) this.weigh(edge, state, carried.get(`${edge.source}>${edge.target}`), unit);
    }
    for (const [edge, flow] of flows) {
      if (edge.group.classList.contains("line")) continue;
      edge.line ??= edge.group.querySelector("path");
      edge.label ??= edge.group.querySelector("[data-part=label]");
      edge.own ??= [edge.line?.getAttribute("style"), edge.label?.textContent];
      if (edge.label) edge.label.textContent = flow ? factorText(flow.local, data.digits) : edge.own[1];
      if (!edge.line) continue;
      const size = flow ? Math.abs(flow.contribution) / (Math.abs(flow.contribution) + unit) : 0;
      const width = Number.isFinite(size) ? 0.8 + 3.4 * size : 4.2;
      const style = flow ? `stroke-width:${width.toFixed(1)}px${flow.contribution === 0 ? ";stroke-dasharray:3 3" : ""}` : edge.own[0];
      if (style === null) edge.line.removeAttribute("style");
      else edge.line.setAttribute("style", style);
    }
    for (const node of view.nodes.values()) {
      if (node.chip && node.id[0] !== "n") {
        node.own ??= [node.chip.dataset.f, node.inks.map(ink => ink.dataset.f)];
        node.first ??= [node.final, node.own];
        [node.final, node.own] = node.first;
        if (state) {
          const size = Math.hypot(...(data.views[this.view].groups[node.id] || []).map(place => state.grads[place]));
          const level = levelOf(size, data.unit);
          node.final = write(size);
          node.own = [`scale${level}`, node.inks.map(() => `ink${level}`)];
        }
        node.known = null;
      }
      this.flag(node, placeOf(node));
    }
  }

  /* What the lines that stand for several edges carry back: the largest contribution of each, by its ends. */
  carried() {
    const {homes, groups} = this.data.views[this.view];
    const home = new Map(Object.entries(homes).map(([t, id]) => [this.data.places[t], id]));
    for (const [id, places] of Object.entries(groups)) for (const place of places) home.set(place, id);
    const carried = new Map();
    for (const [place, edges] of this.state.edges.entries()) {
      for (const [i, {contribution}] of (edges || []).entries()) {
        const source = this.tape.operands[place][i];
        const [from, to] = [home.get(source), home.get(place)];
        if (from === undefined || to === undefined || from === to || this.tape.constant[source]) continue;
        const key = `${from}>${to}`;
        if (!(Math.abs(carried.get(key)) >= Math.abs(contribution))) carried.set(key, contribution);
      }
    }
    return carried;
  }

  /* Colour such a line by the sign of what it carries, and make it as wide as that is large. */
  weigh(edge, state, contribution, unit) {
    edge.line ??= edge.group.querySelector("path");
    edge.own ??= [edge.line.getAttribute("style"), null, edge.line.dataset.s];
    const [style, , role] = edge.own;
    if (!state || contribution === undefined) {
      edge.line.dataset.s = role;
      if (style === null) edge.line.removeAttribute("style");
      else edge.line.setAttribute("style", style);
      return;
    }
    const size = Math.abs(contribution) / (Math.abs(contribution) + unit);
    const share = Number.isFinite(size) ? size : 1;
    edge.line.dataset.s = !Number.isFinite(contribution) ? "alarm" : contribution === 0 ? "line" : contribution > 0 ? "scale4" : "scale-4";
    edge.line.setAttribute("style", `stroke-width:${(0.5 + 2.2 * share * share).toFixed(1)}px${contribution === 0 ? ";stroke-dasharray:3 3" : ""}`);
  }

  /* Show whether a node passes nothing on, or is not finite, as it is now. */
  flag(node, place) {
    if (place < 0) return;
    const card = node.group.querySelector("[data-part=card]");
    const word = node.group.querySelector("[data-part=word]");
    node.looks ??= [card.dataset.f, card.dataset.s, card.getAttribute("style"), word?.textContent];
    const kind = ["leaf", "parameter", "input", "constant", "output"].find(name => node.group.classList.contains(name));
    if (kind === "constant") return;
    let [fill, line, style, text] = node.looks;
    if (this.state) {
      const {values, grads, edges} = this.state;
      const locals = (edges[place] || []).filter((_, i) => !this.tape.constant[this.tape.operands[place][i]]).map(edge => edge.local);
      const wrong = ![values[place], ...(kind === "input" ? [] : [grads[place]]), ...locals].every(Number.isFinite);
      const dead = locals.length > 0 && locals.every(local => local === 0);
      const quiet = dead || (kind !== "input" && grads[place] === 0);
      fill = wrong ? "alarm_card" : quiet ? "dead" : kind || "card";
      line = wrong ? "alarm" : "line";
      style = wrong ? "stroke-width:2.6px" : quiet ? "stroke-dasharray:4 3" : null;
      const states = [say("not finite!"), say("passes nothing")];
      const ends = states.map(state => say("{name}, {state}", {name: "", state})).find(end => text?.endsWith(end));
      const name = states.includes(text) ? "" : ends ? text.slice(0, -ends.length) : text || "";
      const state = wrong ? states[0] : dead ? states[1] : "";
      text = state && name ? say("{name}, {state}", {name, state}) : state || name;
      /* Where there is no room for both, the state says more. */
      const title = node.group.querySelector("text");
      if (state && word && title !== word && this.wide(title, title.textContent) + this.wide(word, text) + 22 > Number(card.getAttribute("width"))) text = state;
    }
    [card.dataset.f, card.dataset.s] = [fill, line];
    if (style === null) card.removeAttribute("style");
    else card.setAttribute("style", style);
    if (word) word.textContent = text;
  }

  /* Write a number into its row; where it is longer than the picture was laid out for, its letters stand closer. */
  text(node, text) {
    if (!node || node.textContent === text) return;
    node.textContent = text;
    node.removeAttribute("textLength");
    const label = node.previousElementSibling;
    if (text.length < 9 || label?.tagName !== "text") return;
    const room = Number(node.getAttribute("x")) - Number(label.getAttribute("x")) - this.wide(label, label.textContent) - 5;
    if (room < 20 || this.wide(node, text) <= room) return;
    node.setAttribute("textLength", room.toFixed(1));
    node.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }

  /* How wide a text is in a row of such a kind, without asking for the layout of the whole picture. */
  wide(node, text) {
    this.pen ??= el("canvas").getContext("2d");
    this.fonts ??= new Map();
    const kind = node.getAttribute("class");
    if (!this.fonts.has(kind)) {
      const {fontWeight, fontSize, fontFamily} = getComputedStyle(node);
      this.fonts.set(kind, `${fontWeight} ${fontSize} ${fontFamily}`);
    }
    this.pen.font = this.fonts.get(kind);
    return this.pen.measureText(text).width;
  }

  shade(node, level, known) {
    if (!node.chip) return;
    if (!node.own) node.own = [node.chip.dataset.f, node.inks.map(ink => ink.dataset.f)];
    const fill = !known ? "scale0" : level === null ? node.own[0] : `scale${level}`;
    if (node.chip.dataset.f === fill && node.known === known) return;
    node.known = known;
    node.chip.dataset.f = fill;
    node.inks.forEach((ink, i) => {
      ink.dataset.f = !known ? "muted" : level === null ? node.own[1][i] : `ink${level}`;
    });
  }

  mark(group, classes) {
    for (const [name, on] of Object.entries(classes)) group.classList.toggle(name, on);
  }

  /* Let the gradient run along an edge, from the result to the operand: an arrow that points so, and a chip that leaves
     with what arrives and lands with what is added. */
  flow(edge, upstream, contribution) {
    const path = edge.group.querySelector("path");
    if (!path) return;
    const length = path.getTotalLength();
    const [tip, base] = [path.getPointAtLength(0), path.getPointAtLength(Math.min(12, length))];
    const size = Math.hypot(base.x - tip.x, base.y - tip.y) || 1;
    const [ux, uy] = [(base.x - tip.x) / size, (base.y - tip.y) / size];
    const corner = side => `${base.x - side * uy * 6},${base.y + side * ux * 6}`;
    this.over = svg("g", {class: "flow"}, svg("polygon", {points: `${tip.x},${tip.y} ${corner(1)} ${corner(-1)}`}));
    this.current.svg.append(this.over);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.chip.textContent = upstream;
    this.chip.hidden = false;
    /* It flies below the edge, or to the right of a steep one, and so far off that it hides neither that nor the arrow. */
    const end = path.getPointAtLength(length);
    const far = Math.hypot(end.x - tip.x, end.y - tip.y) || 1;
    const side = end.x >= tip.x ? 1 : -1;
    const [nx, ny] = [side * (tip.y - end.y) / far, side * (end.x - tip.x) / far];
    const scale = path.getScreenCTM().a;
    const off = Math.abs(nx) * this.chip.offsetWidth / 2 + Math.abs(ny) * this.chip.offsetHeight / 2 + 6 * scale + 3;
    const begun = performance.now();
    const move = now => {
      const share = Math.min(1, (now - begun) / FLIGHT);
      const ground = this.window.getBoundingClientRect();
      const at = path.getPointAtLength(length * (1 - share)).matrixTransform(path.getScreenCTM());
      const [x, y] = [at.x - ground.left + this.window.scrollLeft + nx * off, at.y - ground.top + this.window.scrollTop + ny * off];
      this.chip.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)`;
      const text = share < 0.5 ? upstream : contribution;
      if (this.chip.textContent !== text) this.chip.textContent = text;
      if (share < 1) this.flight = requestAnimationFrame(move);
      else this.chip.hidden = true;
    };
    this.flight = requestAnimationFrame(move);
  }

  /* End what runs. */
  still() {
    cancelAnimationFrame(this.flight);
    this.chip.hidden = true;
    if (this.over) this.over.remove();
    this.over = null;
    this.rim.watch(null);
  }

  /* Light up a path: its nodes, and the edges it takes. */
  paths(hops) {
    const view = this.current;
    if (!view) return;
    const homes = this.homes;
    const on = new Set(hops.flatMap(hop => [homes[hop.from], homes[hop.to]]));
    const edges = new Set(hops.map(hop => this.edge(view, this.view, hop.to, hop.from, hop.index)));
    for (const node of view.nodes.values()) this.mark(node.group, {path: on.has(node.id)});
    for (const edge of view.edges.values()) this.mark(edge.group, {path: edges.has(edge)});
  }

  fit() {
    this.overview = true;
    this.whole();
  }

  whole() {
    this.frame = [...this.current.whole];
    this.moved = false;
    this.lay();
    this.look();
  }

  /* Show the part of the picture that the frame holds. */
  look() {
    this.current.svg.setAttribute("viewBox", this.frame.map(x => x.toFixed(1)).join(" "));
    this.rim.look();
  }

  zoom(by, x, y) {
    const [left, top, width, height] = this.frame;
    const [cx, cy] = [x ?? left + width / 2, y ?? top + height / 2];
    const whole = this.current.whole;
    const factor = Math.max(60 / width, Math.min(by, 1.5 * whole[2] / width));
    this.frame = [cx - (cx - left) * factor, cy - (cy - top) * factor, width * factor, height * factor];
    this.moved = true;
    this.look();
  }

  /* Bring a step into sight; of two nodes too far apart for that the last, which receives. */
  follow(things) {
    this.followed = things;
    const nodes = things.map(t => this.node(t)).filter(Boolean);
    if (!nodes.length) return;
    const {whole} = this.current;
    const [wide, tall] = this.scrolls
      ? [this.window.clientWidth / READABLE, this.window.clientHeight / READABLE] : this.frame.slice(2);
    const around = list => {
      const corners = list.flatMap(node => node.corners ??= this.corners(node.group));
      const [xs, ys] = [corners.map(c => c[0]), corners.map(c => c[1])];
      return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    };
    let [left, top, right, bottom] = around(nodes);
    if (right - left > wide || bottom - top > tall) [left, top, right, bottom] = around(nodes.slice(-1));
    const corner = [(left + right - wide) / 2, (top + bottom - tall) / 2];
    if (this.scrolls) {
      this.window.scrollTo((corner[0] - whole[0]) * READABLE, (corner[1] - whole[1]) * READABLE);
    } else if (this.moved) {
      const [x, y] = this.frame;
      if (left > x && right < x + wide && top > y && bottom < y + tall) return;
      this.frame = [...corner, wide, tall];
      this.look();
    }
  }

  /* Read off the attributes, for asking the browser would make it lay out the whole picture. */
  corners(group) {
    const card = group.querySelector("[data-part=card]");
    const points = card.getAttribute("points");
    if (points) return points.split(" ").map(point => point.split(",").map(Number));
    const [x, y, w, h] = ["x", "y", "width", "height"].map(name => Number(card.getAttribute(name)));
    return [[x, y], [x + w, y + h]];
  }

  /* A pointer drags the picture, two pinch it, and a wheel with a key held zooms; a finger alone scrolls the page. */
  movable(svg) {
    svg.addEventListener("wheel", event => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const point = this.point(svg, event);
      this.zoom(event.deltaY > 0 ? 1.15 : 0.87, point.x, point.y);
    }, {passive: false});
    const held = new Map();
    let from = null;
    const apart = () => {
      const [a, b] = [...held.values()];
      return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    };
    svg.addEventListener("pointerdown", event => {
      held.set(event.pointerId, event);
      from = {x: event.clientX, y: event.clientY, box: [...this.frame],
        scroll: [this.window.scrollLeft, this.window.scrollTop], apart: held.size === 2 ? apart() : 0};
      this.dragged = false;
    });
    svg.addEventListener("pointermove", event => {
      if (!from || !held.has(event.pointerId)) return;
      held.set(event.pointerId, event);
      if (held.size === 2) {
        const [a, b] = [...held.values()];
        const middle = this.point(svg, {clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2});
        this.zoom(from.apart / apart(), middle.x, middle.y);
        from.apart = apart();
        this.dragged = true;
        return;
      }
      const dx = event.clientX - from.x;
      const dy = event.clientY - from.y;
      if (!this.dragged && Math.hypot(dx, dy) < 5) return;
      if (!this.dragged) svg.setPointerCapture(event.pointerId);
      this.dragged = true;
      svg.classList.add("held");
      if (this.scrolls && !this.moved) {
        this.window.scrollTo({left: from.scroll[0] - dx, top: from.scroll[1] - dy, behavior: "instant"});
        return;
      }
      const scale = this.frame[2] / svg.clientWidth;
      this.frame = [from.box[0] - dx * scale, from.box[1] - dy * scale, from.box[2], from.box[3]];
      this.moved = true;
      this.look();
    });
    const drop = event => {
      held.delete(event.pointerId);
      from = null;
      svg.classList.remove("held");
    };
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) svg.addEventListener(name, drop);
  }

  point(svg, event) {
    const place = svg.getBoundingClientRect();
    return {x: this.frame[0] + (event.clientX - place.left) / place.width * this.frame[2],
      y: this.frame[1] + (event.clientY - place.top) / place.height * this.frame[3]};
  }
}
