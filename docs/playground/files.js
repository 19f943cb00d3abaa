/* The files that Python is made of: embedded in the page where it is a single file, else fetched from beside it. */

const embedded = () => [...document.querySelectorAll("script[data-file]")];

const unpack = async ({dataset, textContent}) => {
  const packed = Uint8Array.from(atob(textContent), letter => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return [dataset.file, new Uint8Array(await new Response(stream).arrayBuffer())];
};

const read = async (name, heard) => {
  const response = await fetch(`files/${name}`);
  if (!response.ok) throw new Error(`${response.status} ${name}`);
  const parts = [];
  for (const reader = response.body.getReader();;) {
    const {done, value} = await reader.read();
    if (done) break;
    parts.push(value);
    heard(value.length);
  }
  return [name, new Uint8Array(await new Blob(parts).arrayBuffer())];
};

/* `heard` is told which share of all has come. */
export const loadFiles = async heard => {
  const found = embedded();
  if (found.length) return Object.fromEntries(await Promise.all(found.map(unpack)));
  const sizes = await (await fetch("files/sizes.json")).json();
  const all = Object.values(sizes).reduce((a, b) => a + b, 0);
  let come = 0;
  const count = bytes => {
    come += bytes;
    heard(come / all);
  };
  return Object.fromEntries(await Promise.all(Object.keys(sizes).map(name => read(name, count))));
};
