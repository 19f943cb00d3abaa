/* What a page says, in the language in which it was made: English stands in the code, another language in a table. */

let table = {};

export const speak = words => {
  table = words;
};

/* A sentence with its places, which are names in braces, filled. It stands here as a literal, by which it is found. */
export const say = (sentence, places = {}) =>
  (table[sentence] ?? sentence).replace(/\{(\w+)\}/g, (_, name) => places[name]);

/* Sentences one after the other; empty ones are left out. */
export const together = (...sentences) => sentences.filter(Boolean).join(say(" "));

/* Names one after the other. */
export const listed = names => names.join(say(", "));
