/* Python in a worker of its own, so that the page stays awake; the page stops it by ending it. */

import {startPython} from "./python.js";

let starting;

self.onmessage = async ({data: {files, id, name, given}}) => {
  if (files) {
    starting = startPython(files);
    starting.then(() => self.postMessage({ready: true}), error => self.postMessage({broken: `${error}`}));
    return;
  }
  const {answer} = await starting;
  try {
    self.postMessage({id, answer: answer(name, given, told => self.postMessage({id, told}))});
  } catch {
    self.postMessage({id, ended: true}); /* what was asked ended Python itself */
  }
};
