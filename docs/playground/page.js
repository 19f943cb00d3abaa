/* Small helpers of the page: elements, what Python shows, and the address. */

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

/* A piece of HTML whose scripts run, as the library's live pages need. */
const piece = html => document.createRange().createContextualFragment(html);

export const shown = ({html, text, failed, error}) => {
  if (html !== undefined) {
    const holder = el("div", {class: html.startsWith("<img") ? "shown paper" : "shown"});
    holder.append(piece(html));
    return holder;
  }
  const wrong = failed ?? error;
  return el("pre", {class: wrong === undefined ? "shown" : "shown wrong", tabindex: 0}, wrong ?? text ?? "");
};

export const theme = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

/* The address holds what is to be shown, never code to be run. */
export const readAddress = () => new URLSearchParams(location.hash.slice(1));

export const writeAddress = changes => {
  const address = readAddress();
  for (const [key, value] of Object.entries(changes)) {
    if (value) address.set(key, value);
    else address.delete(key);
  }
  history.replaceState(null, "", `#${address}`);
};
