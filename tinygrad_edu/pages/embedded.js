/* A step player inside another page: one computation, shown with the numbers of its leaves that are asked for. */

import {el} from "./shell.js";
import {Page} from "./player.js";
import {numberOf} from "./chain.js";

/* What the leaves of an example's loss are: its inputs, what is true of it, and the parameters of a moment. */
export const leavesOf = (walk, row, y, parameters) => {
  const leaves = new Map();
  const fill = (places, numbers) => {
    for (const [i, place] of places.entries()) {
      if (place >= 0) leaves.set(place, numberOf(numbers[i]));
    }
  };
  fill(walk.inputs, row);
  fill(walk.truths, Array.isArray(y) ? y : walk.truths.length > 1 ? walk.truths.map((_, k) => Number(k === y)) : [Number(y)]);
  fill(walk.parameters, parameters);
  return leaves;
};

/* What the leaves of a neuron's graph are: what it is given, its weights, and its bias if it has one. */
export const neuronLeaves = ({given, opening}, {weights, bias}) => {
  const pairs = (places, numbers) => places.map((place, i) => [place, numberOf(numbers[i])]);
  return new Map([...pairs(opening.inputs, given), ...pairs(opening.weights, weights), ...pairs(opening.bias, [bias])]);
};

export class Embedded {
  constructor(data, operations) {
    Object.assign(this, {data, operations});
    this.element = el("div", {class: "walk"});
  }

  /* Show it with these numbers of its leaves, by place; where it is in its steps, it stays. */
  show(leaves) {
    this.page ??= new Page(this.element, this.operations, this.data);
    this.page.become(leaves);
  }
}
