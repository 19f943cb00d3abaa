/* What all live pages share: making elements, the frame and its theme, keys, and finding their place on the page. */

import {speak} from "./words.js";

export const el = (tag, attributes, ...children) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
};

export const button = (text, label, action, extra) =>
  el("button", {type: "button", "aria-label": label, title: label, onclick: action, ...extra}, text);

/* A name that has room for so many letters. */
export const fitted = (name, most) => [...name].length > most ? `${[...name].slice(0, most - 1).join("")}…` : name;

/* What browsers call SVG, asked of them: a page holds no address. */
let asked = "";
const namespace = () => {
  if (!asked) {
    const holder = document.createElement("div");
    holder.innerHTML = "<svg></svg>";
    asked = holder.firstChild.namespaceURI;
  }
  return asked;
};

export const svg = (tag, attributes, ...children) => {
  const node = document.createElementNS(namespace(), tag);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children);
  return node;
};

/* What scrolls fades out where it goes on, so that nobody takes a part for the whole. */
export const fading = element => {
  const look = () => {
    const {scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight} = element;
    const more = {left: scrollLeft > 1, right: scrollLeft + clientWidth < scrollWidth - 1,
      top: scrollTop > 1, bottom: scrollTop + clientHeight < scrollHeight - 1};
    element.dataset.more = Object.keys(more).filter(side => more[side]).join(" ");
  };
  element.classList.add("fades");
  element.addEventListener("scroll", look, {passive: true});
  const sizes = new ResizeObserver(look);
  sizes.observe(element);
  for (const child of element.children) sizes.observe(child);
  new MutationObserver(() => {
    for (const child of element.children) sizes.observe(child);
    look();
  }).observe(element, {childList: true});
  return element;
};

/* A page is made from its place in the document: the still picture there is hidden, and what is alive stands in
   a shadow tree, where no other style sheet reaches. */
export class Shell {
  /* A page inside another one is given its data, and is not alone. */
  constructor(host, data = null) {
    this.host = host;
    this.data = data || JSON.parse(host.querySelector("script.tinygrad-page-data").textContent);
    if (!data) speak(this.data.words);
    /* Nothing else is on the page. */
    this.alone = !data && "tinygradPage" in document.body.dataset;
    this.inside = Boolean(data);
  }

  open(box) {
    this.box = box;
    for (const still of this.host.querySelectorAll(":scope > img, :scope > .still")) {
      still.hidden = true;
      still.style.display = "none";
    }
    const shell = el("div");
    this.host.append(shell);
    shell.attachShadow({mode: "open"}).append(el("style", {}, this.data.style), box);
    box.addEventListener("keydown", event => this.pressed(event));
    /* On a page of its own nothing else wants the keys, so they work before anything has been clicked. */
    if (this.alone) document.addEventListener("keydown", event => this.pressed(event));
    this.watchTheme();
    this.fillFrame();
  }

  /* A page answers to keys by a method `key`, which says whether it took one. */
  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /* A notebook would take a letter for a command, and cut the cell. */
    event.stopPropagation();
    if (this.key(event, event.composedPath()[0])) event.preventDefault();
  }

  key() {
    return false;
  }

  /* In a frame made for it, the height follows the content; the window's height then says nothing. */
  fillFrame() {
    const frame = window.frameElement;
    if (this.inside || !frame?.hasAttribute("data-tinygrad-page")) return;
    this.box.style.setProperty("--tallest", "560px");
    new ResizeObserver(() => {
      frame.style.height = `${Math.ceil(document.body.getBoundingClientRect().height)}px`;
    }).observe(document.body);
  }

  watchTheme() {
    const preference = matchMedia("(prefers-color-scheme: dark)");
    const choose = () => {
      const {body, documentElement: root} = document;
      const jupyter = body.getAttribute("data-jp-theme-light");
      const code = [...body.classList].find(name => name.startsWith("vscode-"));
      let dark = preference.matches;
      if (jupyter) dark = jupyter === "false";
      else if (["light", "dark"].includes(body.dataset.theme)) dark = body.dataset.theme === "dark";
      else if (code) dark = code !== "vscode-light" && code !== "vscode-high-contrast-light";
      else if (root.classList.contains("dark") || body.classList.contains("dark")) dark = true;
      else if (root.classList.contains("light") || body.classList.contains("light")) dark = false;
      this.box.dataset.theme = dark ? "dark" : "light";
    };
    choose();
    preference.addEventListener("change", choose);
    const watcher = new MutationObserver(choose);
    for (const node of [document.body, document.documentElement]) {
      watcher.observe(node, {attributes: true, attributeFilter: ["class", "data-jp-theme-light", "data-theme"]});
    }
  }
}

/* A notebook may run this before its output is on the page, so it looks a few times. */
export const start = (key, make) => {
  const look = left => {
    for (const host of document.querySelectorAll(`.tinygrad-page[data-key="${key}"]:not([data-ready])`)) {
      host.dataset.ready = "yes";
      make(host);
    }
    if (left) setTimeout(look, 200, left - 1);
  };
  look(5);
};
