/* The course of a training in short: when its loss fell, and which examples it never got right. */

/* How far a loss fell, and by which epochs half and nine tenths of that were done; null where it did not fall. */
export const fallOf = points => {
  const known = points.filter(([, loss]) => Number.isFinite(loss));
  if (!known.length) return null;
  const [, first] = known[0];
  const [epoch, least] = known.reduce((best, point) => point[1] < best[1] ? point : best);
  if (least === first) return null;
  const [half, most] = [0.5, 0.9].map(share => known.find(([, loss]) => loss <= first - share * (first - least))[0]);
  return {first, least, epoch, half, most};
};

/* Which examples were right at no moment; a moment says of each whether it was. */
export const neverRight = moments => moments[0].map((_, i) => moments.every(right => !right[i]));
