/* The page: its three modes, its language, and how far Python has come. */

import {CodeMode} from "./code.js";
import {Engine} from "./engine.js";
import {FormulaMode} from "./formula.js";
import {readAddress, writeAddress} from "./page.js";
import {TrainMode} from "./train.js";
import {language, otherLanguage, relabel, speak, word} from "./words.js";

const find = id => document.getElementById(id);
const MODES = ["formula", "code", "train"];

let state = "loading";

const sayState = (detail = "") => { find("state").textContent = `${word(state)}${detail}`; };

/* Files are most of the way; what Python takes to start is not known beforehand, so there the bar only moves. */
const hear = ({share, starting, ready, working, broken}) => {
  const bar = find("progress");
  state = broken ? "broken" : ready ? "ready" : working ? "working" : starting ? "starting" : "loading";
  bar.hidden = Boolean(ready || broken);
  if (share === undefined) bar.removeAttribute("value");
  else bar.value = share;
  sayState(broken ?? "");
  document.body.dataset.state = state;
  if (ready) find("limited").hidden = engine.stoppable;
};

const show = mode => {
  const chosen = MODES.includes(mode) ? mode : MODES[0];
  for (const name of MODES) {
    const tab = find(`tab-${name}`);
    tab.setAttribute("aria-selected", name === chosen);
    tab.tabIndex = name === chosen ? 0 : -1;
    find(name).hidden = name !== chosen;
  }
  writeAddress({mode: chosen === MODES[0] ? "" : chosen});
};

const engine = new Engine(hear);
const formula = new FormulaMode(find("formula"), engine);
const code = new CodeMode(find("code"), engine);
const train = new TrainMode(find("settings"), engine);

const setLanguage = async chosen => {
  speak(chosen);
  relabel();
  code.relabel();
  train.relabel();
  sayState();
  const toggle = find("language");
  toggle.lang = otherLanguage() === "zh" ? "zh-CN" : "en";
  await Promise.all([engine.ask("speak", {language: language()}), formula.compute()]);
};

find("language").addEventListener("click", () => {
  writeAddress({lang: otherLanguage()});
  setLanguage(otherLanguage());
});

MODES.forEach((name, i) => {
  const tab = find(`tab-${name}`);
  tab.addEventListener("click", () => show(name));
  tab.addEventListener("keydown", ({key}) => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[key];
    if (!step) return;
    const next = MODES[(i + step + MODES.length) % MODES.length];
    show(next);
    find(`tab-${next}`).focus();
  });
});

const address = readAddress();
show(address.get("mode"));
setLanguage(address.get("lang") ?? new URLSearchParams(location.search).get("lang") ?? (navigator.language.startsWith("zh") ? "zh" : "en"))
  .then(async () => {
    if (!navigator.serviceWorker || location.protocol === "file:") return;
    /* Without a network the one that is kept goes on. */
    await navigator.serviceWorker.register("service.js").catch(() => null);
    await navigator.serviceWorker.ready;
    find("offline").hidden = false;
  });
