/* What the page asks Python by: one question at a time is answered, a long answer is stopped by ending the worker. */

import {loadFiles} from "./files.js";
import {startPython} from "./python.js";

/* A question that has no answer: `message` is "stopped" by the reader, or "ended" where it ended Python itself. */
export class Stopped extends Error {}

/* Seconds that code may take where nothing can stop it. */
const LIMIT = 15;

/* What a reader stops; all else that was asked is asked again. */
const LONG = ["run", "train"];

const makeWorker = () => {
  const embedded = document.querySelector("script[data-worker]");
  /* A page from a disk may start no worker from a file, nor from a blob, but from an address that is its own text. */
  return embedded
    ? new Worker(`data:text/javascript;charset=utf-8,${encodeURIComponent(embedded.textContent)}`, {type: "module"})
    : new Worker("worker.js", {type: "module"});
};

export class Engine {
  /* `hear` is told how the start goes: {share} while files come, {starting}, {ready}, {broken}. */
  constructor(hear) {
    this.hear = hear;
    this.waiting = new Map();
    this.last = 0;
    this.files = loadFiles(share => hear({share}));
    this.files.catch(error => hear({broken: error.message}));
    this.start();
  }

  async start() {
    this.ready = false;
    const files = await this.files;
    this.hear({starting: true});
    if (this.alone) return this.startHere(files);
    try {
      this.worker = makeWorker();
    } catch {
      return this.startHere(files);
    }
    const {worker} = this;
    worker.onmessage = ({data}) => this.receive(data);
    worker.onerror = () => {
      /* Where it cannot even be started, as from a disk in some browsers. */
      if (!this.ready && worker === this.worker) this.startHere(files);
    };
    worker.postMessage({files});
    if (this.language) worker.postMessage({id: 0, name: "speak", given: this.language});
    for (const [id, {name, given}] of this.waiting) worker.postMessage({id, name, given});
  }

  async startHere(files) {
    this.worker = null;
    this.alone = true;
    try {
      this.here = await startPython(files);
    } catch (error) {
      this.hear({broken: `${error}`});
      return;
    }
    this.here.limit(LIMIT);
    if (this.language) this.here.answer("speak", this.language, () => {});
    this.receive({ready: true});
    for (const [id, {name, given}] of this.waiting) this.answerHere(id, name, given);
  }

  /* After a pause in which the page can paint. Code that let nothing stop it has ended Python: then there is no answer. */
  answerHere(id, name, given) {
    const {here} = this;
    setTimeout(() => {
      if (here !== this.here) return;
      let answer;
      try {
        answer = here.answer(name, given, told => this.receive({id, told}));
      } catch {
        this.receive({id, ended: true});
        return;
      }
      this.receive({id, answer});
    }, 30);
  }

  receive({ready, broken, id, told, answer, ended}) {
    if (broken) this.hear({broken});
    if (ready) {
      this.ready = true;
      this.hear({ready: true});
    }
    const asked = this.waiting.get(id);
    if (!asked) return;
    if (told) return asked.tell(JSON.parse(told));
    this.waiting.delete(id);
    if (!ended) return asked.done(JSON.parse(answer));
    asked.failed(new Stopped("ended"));
    this.stop();
  }

  get stoppable() {
    return !this.alone;
  }

  ask(name, given, tell = () => {}) {
    const id = ++this.last;
    const question = {name, given: JSON.stringify(given), tell};
    if (name === "speak") this.language = question.given;
    const answer = new Promise((done, failed) => Object.assign(question, {done, failed}));
    this.waiting.set(id, question);
    if (this.worker) this.worker.postMessage({id, name, given: question.given});
    else if (this.here) this.answerHere(id, name, question.given);
    return answer;
  }

  /* End Python, whatever it does, and start another. */
  stop() {
    if (!this.worker && !this.here) return;
    this.worker?.terminate();
    this.worker = this.here = null;
    for (const [id, {name, failed}] of this.waiting) {
      if (!LONG.includes(name)) continue;
      this.waiting.delete(id);
      failed(new Stopped("stopped"));
    }
    this.start();
  }
}
