/* A computation as a list that can be run anew: each place holds the key of its operation and the places of its
   operands, a number where it is a leaf, and a list of one number where it is a constant of the program. */

const numberOf = item => typeof item === "number" ? item : {nan: NaN, inf: Infinity, "-inf": -Infinity}[item];

export class Tape {
  constructor(data, operations) {
    this.root = data.root;
    this.operations = operations || {};
    this.missing = data.missing;
    this.kept = data.kept;
    this.start = [];
    this.operands = [];
    this.keys = [];
    this.constant = [];
    for (const item of data.nodes) {
      const computed = Array.isArray(item) && item.length > 1;
      this.keys.push(computed ? String(item[0]) : null);
      this.operands.push(computed ? item.slice(1) : []);
      this.constant.push(Array.isArray(item) && !computed);
      this.start.push(computed ? NaN : numberOf(Array.isArray(item) ? item[0] : item));
    }
  }

  /* The operations between a leaf and the result that a page cannot compute, by name. */
  obstacles(leaf) {
    const found = new Set();
    for (const place of this.above(leaf)) {
      if (this.missing[this.keys[place]] !== undefined) found.add(this.missing[this.keys[place]]);
    }
    return [...found];
  }

  /* What depends on a leaf, in the order of evaluation. */
  above(leaf) {
    const reached = new Set([leaf]);
    const places = [];
    for (let place = leaf + 1; place < this.keys.length; place++) {
      if (this.operands[place].some(p => reached.has(p))) {
        reached.add(place);
        places.push(place);
      }
    }
    return places;
  }

  run(values, places) {
    for (const place of places) {
      const operation = this.operations[this.keys[place]];
      values[place] = operation ? operation.value(this.operands[place].map(p => values[p])) : numberOf(this.kept[place][0]);
    }
    return values;
  }

  slopes(values, place) {
    const operation = this.operations[this.keys[place]];
    if (!operation) return this.kept[place][1].map(numberOf);
    return operation.partials(values[place], this.operands[place].map(p => values[p])).map(Number);
  }

  /* Compute everything for given numbers of leaves: values, slopes, gradients, and what each edge adds in its turn. */
  compute(leaves) {
    const values = [...this.start];
    for (const [place, x] of leaves) values[place] = x;
    const computed = [...this.keys.keys()].filter(place => this.keys[place] !== null);
    this.run(values, computed);
    const grads = new Array(values.length).fill(0);
    const edges = new Array(values.length).fill(null);
    grads[this.root] = 1;
    for (const place of computed.reverse()) {
      const locals = this.slopes(values, place);
      const upstream = grads[place];
      edges[place] = this.operands[place].map((p, i) => {
        const local = locals[i];
        const before = grads[p];
        const contribution = local * upstream;
        grads[p] = before + contribution;
        return {local, upstream, contribution, before, after: grads[p]};
      });
    }
    return {values, grads, edges};
  }

  /* The result as a function of one leaf, the others as they are. */
  along(values, leaf) {
    const places = this.above(leaf);
    const scratch = [...values];
    return x => {
      scratch[leaf] = x;
      return this.run(scratch, places)[this.root];
    };
  }
}
