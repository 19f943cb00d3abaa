/* Starts Python with the library, from files that the page has at hand: nothing is fetched here, so that it works the
   same in a worker, from a disk, and without a network. */

const LIBRARY = "/library";
const address = (bytes, type) => URL.createObjectURL(new Blob([bytes], {type}));

/* The module of WebAssembly is the one file that Pyodide fetches by its name. */
const PLACE = "https://playground.invalid/";
const answerFetches = wasm => {
  const {fetch} = globalThis;
  globalThis.fetch = (asked, ...rest) => `${asked}` === `${PLACE}pyodide.asm.wasm`
    ? Promise.resolve(new Response(wasm, {headers: {"content-type": "application/wasm"}}))
    : fetch(asked, ...rest);
};

export const startPython = async files => {
  const script = name => import(address(files[name], "text/javascript"));
  const [{loadPyodide}, {default: createPyodideModule}, {instance}] =
    await Promise.all(["pyodide.mjs", "pyodide.asm.mjs", "viz.js"].map(script));
  answerFetches(files["pyodide.asm.wasm"]);
  const [python, viz] = await Promise.all([
    loadPyodide({
      indexURL: PLACE,
      packageBaseUrl: PLACE,
      stdLibURL: address(files["python_stdlib.zip"], "application/zip"),
      lockFileContents: new TextDecoder().decode(files["pyodide-lock.json"]),
      createPyodideModule,
    }),
    instance(),
  ]);
  python.unpackArchive(files["library.zip"], "zip", {extractDir: LIBRARY});
  python.runPython(`import sys; sys.path.append("${LIBRARY}")`);
  const [answers, running] = ["answers", "running"].map(name => python.pyimport(`playground.${name}`));
  const {drawing} = python.pyimport("tinygrad_edu");
  drawing.set_graphviz(dot => viz.renderString(dot, {format: "json0"}));
  return {
    answer: (name, given, tell) => answers.answer(name, given, tell),
    limit: seconds => { running.limit = seconds; },
  };
};
