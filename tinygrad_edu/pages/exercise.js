/* The rules of practising: which edge may come next, and what a wrong number says about who wrote it. */

import {say} from "./words.js";

const close = (a, b, tolerance) => a === b || Math.abs(a - b) <= tolerance(b);

/* What counts as the same number: half a per cent, or half a unit of the last place that is shown. */
export const within = digits => x => Math.max(0.005 * Math.abs(x), 0.5 * 10 ** -digits);

/* An edge leads from a node whose gradient flows on, to an operand that receives. It may come when all that the node
   receives itself has arrived. */
export const missing = (edges, done, edge) => edges.filter((other, i) => other.to === edge.from && !done.has(i));

/* What is asked of an edge has these answers, and each wrong one its kind. */
export const judge = (question, answer, {local, upstream, before, others}, digits) => {
  const tolerance = within(digits);
  const is = x => close(answer, x, tolerance);
  const contribution = local * upstream;
  const right = {slope: local, contribution, sum: before + contribution}[question];
  if (is(right)) return "right";
  const tests = {
    slope: [["sign", -local], ["operand", ...others], ["contribution", contribution], ["upstream only", upstream]],
    contribution: [["sign", -contribution], ["upstream left out", local], ["slope left out", upstream],
      ["operand", ...others.map(other => other * upstream)], ["sum", before + contribution],
      ["added", local + upstream], ["operand and upstream", ...others]],
    sum: [["overwritten", contribution], ["nothing added", before], ["sign", before - contribution]],
  }[question];
  for (const [kind, ...numbers] of tests) {
    if (numbers.some(is)) return kind;
  }
  return Math.abs(answer - right) <= 0.05 * Math.abs(right) ? "rounding" : "other";
};

/* Every kind of mistake with what it is called, and what is said to who made it. */
export const mistakes = () => ({
  "order": [say("order"), ""],
  "rounding": [say("rounding"), say("Close, but rounded too far: give three significant digits.")],
  "sign": [say("sign"), say("The size is right, the sign is not.")],
  "operand": [say("operand"), say("That is the slope of the other operand: differentiate towards the one that the edge leads to.")],
  "contribution": [say("contribution"), say("That is slope × upstream already: asked is the local slope alone.")],
  "upstream only": [say("upstream only"), say("That is the gradient that arrives from above: asked is the local slope.")],
  "upstream left out": [say("upstream left out"),
    say("That is the local slope: it still has to be multiplied by the gradient that arrives from above.")],
  "slope left out": [say("slope left out"),
    say("That is the gradient that arrives from above: it still has to be multiplied by the local slope.")],
  "sum": [say("sum"), say("That is what the gradient becomes: asked is what this edge adds.")],
  "added": [say("added"), say("Slope and upstream are multiplied, not added: that is the chain rule.")],
  "operand and upstream": [say("operand and upstream"),
    say("That is the slope of the other operand, and the gradient from above is left out.")],
  "overwritten": [say("overwritten"), say("The new share was put in place of what was there. Gradients add up: +=, not =.")],
  "nothing added": [say("nothing added"), say("That is what was there before: the new share still has to be added.")],
  "other": [say("other"), say("Not that.")],
});
