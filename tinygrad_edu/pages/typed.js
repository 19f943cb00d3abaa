/* Numbers as people type them. */

import {say} from "./words.js";

/* Letters as wide as Chinese ones, which people type who write Chinese, are those of ASCII further up; so is the full stop. */
const narrow = text => text.replaceAll(/[\uff01-\uff5e]/g, wide => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
  .replaceAll(/(?<=\d)。(?=\d)/g, ".");

/* One comma between digits is the point, as in 0,25, unless it may part thousands, as in 1,000. */
const pointed = number => /^[+-]?\d+,\d+(?!.*,)/.test(number) && !/^[+-]?[1-9]\d{0,2},\d{3}(?!\d)/.test(number)
  ? number.replace(",", ".") : number;

/* A number as people type it: with any minus sign, a comma for the point, per cent, a product or a quotient. */
export const typed = text => {
  const plain = narrow(text).trim().replaceAll("−", "-").replaceAll(/[×·]/g, "*").replaceAll("÷", "/");
  if (plain === "") return null;
  let result = 1;
  for (const [i, factor] of plain.split("*").entries()) {
    for (const [j, part] of factor.split("/").entries()) {
      const cleaned = pointed(part.trim().replace(/^\((.*)\)$/, "$1").trim());
      if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?( ?%)?$/i.test(cleaned)) return null;
      const number = cleaned.endsWith("%") ? Number(cleaned.slice(0, -1)) / 100 : Number(cleaned);
      result = i === 0 && j === 0 ? number : j === 0 ? result * number : result / number;
    }
  }
  return result;
};

/* What is said to who typed what is no number, or may be two. */
export const unread = text => narrow(text).includes(",")
  ? say("A comma here can be read in two ways, or in none. Write a fraction with a point, 0.25, and thousands without anything, 1000.")
  : say("Type a number, such as −0.25, or a product, such as 2 × 0.7.");
