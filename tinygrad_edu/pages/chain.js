/* A chain of dense layers, computed from recorded parameters: forward, and the blame of every neuron backward. */

export const numberOf = item => typeof item === "number" ? item : {nan: NaN, inf: Infinity, "-inf": -Infinity}[item];

/* The parameters of a moment, which the page carries as floats of 32 bits in base 64. */
export const unpacked = text => {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({length: bytes.length / 4}, (_, i) => view.getFloat32(4 * i, true));
};

export class Chain {
  constructor(data, activations) {
    this.mean = data.mean;
    this.std = data.std;
    this.layers = data.layers.map(layer => ({...layer, act: layer.activation ? activations[layer.activation] : null}));
  }

  /* The weights of a moment, laid out for computing. */
  at(parameters) {
    return this.layers.map(layer => ({
      weights: layer.weights.map(row => Float64Array.from(row, place => parameters[place])),
      biases: layer.biases ? Float64Array.from(layer.biases, place => parameters[place]) : null,
      act: layer.act,
    }));
  }

  /* What every layer gives for an example: the scaled inputs first, then sums and values layer by layer. */
  forward(layers, x) {
    let values = x.map((v, j) => (v - this.mean[j]) / this.std[j]);
    const passed = [{sums: values, values}];
    for (const {weights, biases, act} of layers) {
      const sums = weights.map((row, k) => {
        let sum = 0;
        for (let j = 0; j < row.length; j++) sum += row[j] * values[j];
        return biases ? sum + biases[k] : sum;
      });
      values = act ? sums.map(z => act.value([z])) : sums;
      passed.push({sums, values});
    }
    return passed;
  }

  /* The gradient of the loss towards every sum, given that towards the outputs; that of the inputs' values first. */
  blame(layers, passed, towards) {
    const result = new Array(passed.length);
    let grads = towards;
    for (let l = layers.length; l > 0; l--) {
      const {weights, act} = layers[l - 1];
      const {sums, values} = passed[l];
      const deltas = grads.map((g, k) => act ? g * Number(act.partials(values[k], [sums[k]])[0]) : g);
      result[l] = deltas;
      grads = passed[l - 1].values.map((_, j) => weights.reduce((sum, row, k) => sum + row[j] * deltas[k], 0));
    }
    result[0] = grads;
    return result;
  }
}

/* Which class a network names: of several outputs the largest, else 1 above 0. */
export const named = outputs => outputs.length > 1 ? outputs.indexOf(Math.max(...outputs)) : Number(outputs[0] > 0);

/* How sure it is of that class, from 0 to 1: how far its probability, with softmax or the logistic function, is above
   that of the next one. So it is 0 where the answer changes. */
export const sureness = outputs => {
  if (outputs.length === 1) return Math.abs(2 / (1 + Math.exp(-outputs[0])) - 1);
  const [top, next] = [...outputs].sort((a, b) => b - a);
  return (1 - Math.exp(next - top)) / outputs.reduce((sum, z) => sum + Math.exp(z - top), 0);
};
