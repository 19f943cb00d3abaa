/* The course of a training in short: when its loss fell, and which examples it never got right. */

import {numberText} from "./numbers.js";
import {say} from "./words.js";

/* How far a loss fell, and by which epochs half and nine tenths of that were done; null where it did not fall. */
export const fallOf = points => {
  const known = points.filter(([, loss]) => Number.isFinite(loss));
  if (!known.length) return null;
  const [, first] = known[0];
  const [epoch, least] = known.reduce((best, point) => point[1] < best[1] ? point : best);
  if (least === first) return null;
  const [half, most] = [0.5, 0.9].map(share => known.find(([, loss]) => loss <= Math.max(least, first - share * (first - least)))[0]);
  return {first, least, epoch, half, most};
};

export const fallTold = points => {
  const fall = fallOf(points);
  const write = loss => numberText(loss, 3);
  return fall ? say("The loss fell from {first} to {least} (epoch {epoch}): half of that by epoch {half}, nine tenths by epoch {most}.",
    {...fall, first: write(fall.first), least: write(fall.least)}) : say("The loss never fell below where it began.");
};

/* Which examples were right at no moment; a moment says of each whether it was. */
export const neverRight = moments => moments[0].map((_, i) => moments.every(right => !right[i]));

/* How it ended; `ringed` tells how those are marked that were right at no moment. */
export const endTold = (last, never, ringed) => {
  const right = last.filter(Boolean).length;
  const told = {all: last.length, right, wrong: last.length - right, never: never.filter(Boolean).length, ringed};
  return !told.wrong ? say("In the end all {all} are right.", told)
    : !told.never ? say("In the end {right} of {all} are right; each of the other {wrong} was right after some epoch.", told)
      : told.never < told.wrong ? say("In the end {right} of {all} are right; of the other {wrong} the network got {never}, {ringed}, wrong after every epoch.", told)
        : say("In the end {right} of {all} are right; the network got the other {wrong}, {ringed}, wrong after every epoch.", told);
};
