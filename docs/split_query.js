// Cuts a query as the index was cut: into runs of letters and digits, and Chinese into the longest words that the index
// knows, taken from the left.
var splitQuery = query => {
  const known = word => Object.hasOwn(Search._index.terms, word) || Object.hasOwn(Search._index.titleterms, word);
  const words = [];
  for (const run of query.match(/\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}_])+/gu) || []) {
    if (!/\p{Script=Han}/u.test(run)) {
      words.push(run);
      continue;
    }
    for (let from = 0; from < run.length;) {
      let to = run.length;
      while (to > from + 1 && !known(run.slice(from, to))) to -= 1;
      if (to > from + 1 || known(run[from]) || run.length === 1) words.push(run.slice(from, to));
      from = to;
    }
  }
  return words;
};
