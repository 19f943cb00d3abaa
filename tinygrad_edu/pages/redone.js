/* What a player shows, worked out anew after a leaf was turned: the same things, steps and reasons, with other numbers. */

import {bracketed, constantText, equalsSign, factorText, levelOf, numberText, readNumber, unitOf} from "./numbers.js";

/* Where a thing keeps what. */
export const LABEL = 0;
export const VALUE = 1;
export const FORMULA = 2;
export const NUMBERS = 3;
export const KIND = 4;
export const EQUALS = 5;
export const FORM = 6;
export const SIGNS = 7;
export const OPERANDS = 8;

export const redone = (given, tape, state) => {
  const {values, grads, edges} = state;
  const write = x => numberText(x + 0, given.digits);
  const factor = x => factorText(x, given.digits);
  const unit = unitOf(grads.filter((_, place) => !tape.constant[place]));
  const shown = place => tape.constant[place] ? constantText(values[place], given.digits) : write(values[place]);
  const product = (a, b, text) => equalsSign(readNumber(factor(a)) * readNumber(factor(b)), text, given.digits);

  const things = given.things.map((thing, t) => {
    const place = given.places[t];
    const made = [...thing];
    made[VALUE] = shown(place);
    if (!tape.operands[place].length) return made;
    const texts = tape.operands[place].map(p => tape.constant[p] ? shown(p) : factor(values[p]));
    const text = i => thing[SIGNS] ? bracketed(texts[i]) : texts[i];
    made[NUMBERS] = thing[FORM].replace(/⟦(\d+)⟧/g, (_, i) => text(Number(i)));
    const operation = tape.operations[tape.keys[place]];
    if (operation) made[EQUALS] = equalsSign(operation.value(texts.map(readNumber)), made[VALUE], given.digits);
    return made;
  });

  const steps = given.steps.map(step => {
    if (step[0] !== "b") return step;
    const made = [...step];
    const {local, upstream, contribution, before, after} = edges[given.places[step[2]]][step[6]];
    [made[3], made[4]] = [write(after), levelOf(after, unit)];
    [made[8], made[9], made[10], made[11]] = [local, upstream, contribution, before].map(factor);
    made[13] = product(local, upstream, made[10]);
    return made;
  });

  const localOf = hop => {
    const [place, index] = Array.isArray(hop) ? [hop[2], hop[3]] : [given.places[given.steps[hop][2]], given.steps[hop][6]];
    return edges[place][index].local;
  };
  const why = Object.fromEntries(Object.entries(given.why).map(([t, [, count, listed, rest]]) => {
    const paths = listed.map(([, hops]) => [
      hops.reduceRight((size, hop) => localOf(hop) * size, 1),
      hops.map(hop => Array.isArray(hop) ? [hop[0], factor(localOf(hop)), hop[2], hop[3]] : hop),
    ]);
    paths.sort(([a], [b]) => Math.abs(b) - Math.abs(a));
    return [t, [write(grads[given.places[t]]), count, paths.map(([size, hops]) => [factor(size), hops]), rest]];
  }));
  return {...given, things, steps, why, unit};
};
