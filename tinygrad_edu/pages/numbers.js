/* Numbers as people read them, letter by letter as tinygrad_edu.ops.notation writes them. */

/* JavaScript rounds a number that lies exactly between two to the larger, Python to the even one. A hundred decimals
   show whether it does: no float that is drawn has more. Gives the lower neighbour where that is the even one. */
const lowerIfTied = (exact, places) => {
  const end = exact.length - 100 + places;
  const kept = exact.slice(0, end).replace(/\.$/, "");
  return /^50*$/.test(exact.slice(end)) && Number(kept.at(-1)) % 2 === 0 ? kept : null;
};

const stripped = text => text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;

const fixed = (size, digits) => stripped(lowerIfTied(size.toFixed(100), digits) ?? size.toFixed(digits));

/* As "%.5g" of C. */
const general = (size, significant) => {
  if (size === 0) return "0";
  const [exact, exactPower] = size.toExponential(100).split("e");
  const tied = lowerIfTied(exact, significant - 1);
  const [rounded, power] = tied ? [tied, exactPower] : size.toExponential(significant - 1).split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= significant) {
    return `${stripped(rounded)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const plain = rounded.replace(".", "");
  return stripped(exponent < 0 ? `0.${"0".repeat(-exponent - 1)}${plain}`
    : `${plain.slice(0, exponent + 1)}.${plain.slice(exponent + 1)}`);
};

const signed = (x, text) => (x < 0 || Object.is(x, -0) ? `−${text}` : text).replaceAll("-", "−");

export const numberText = (x, digits = 4) => {
  if (Number.isNaN(x)) return "nan";
  const size = Math.abs(x);
  if (size === Infinity) return signed(x, "inf");
  const ordinary = Number(`1e-${digits}`) <= size && size < 10;
  return signed(x, ordinary ? fixed(size, digits) : general(size, digits + 1));
};

export const readNumber = text => {
  const plain = text.replaceAll("−", "-");
  return plain === "inf" ? Infinity : plain === "-inf" ? -Infinity : Number(plain);
};

/* Of a number that a formula goes on with no digit is lost where it is small. */
export const constantText = (x, digits = 4) => {
  const text = numberText(x, digits);
  const lost = Number.isFinite(x) && Math.abs(readNumber(text) - x) > 0.5 * 10 ** -digits * Math.abs(x);
  return lost ? signed(x, general(Math.abs(x), digits + 1)) : text;
};

/* A number that a caption calculates with: of a small one, which few digits are left of, none is lost. */
export const factorText = (x, digits = 4) =>
  Math.abs(x) < Number(`1e${2 - digits}`) ? constantText(x + 0, digits) : numberText(x, digits);

/* The sign between a calculation with rounded numbers and its result: "=" where it holds as shown. */
export const equalsSign = (computed, shown, digits = 4) => {
  const result = readNumber(shown);
  if (computed === result || (Number.isNaN(computed) && Number.isNaN(result))) return "=";
  const near = Math.abs(computed - result) <= 0.5 * 10 ** -Math.max(digits - 1, 1) * Math.abs(result);
  return near && numberText(computed, digits) === numberText(result, digits) ? "=" : "≈";
};

export const bracketed = text => text.startsWith("−") ? `(${text})` : text;

/* The magnitude that counts as ordinary: the median of the finite ones that are not zero. */
export const unitOf = numbers => {
  const sizes = numbers.map(Math.abs).filter(x => x > 0 && x < Infinity).sort((a, b) => a - b);
  return sizes.length ? sizes[sizes.length >> 1] : 1;
};

/* The step of the colour scale for a number, from −5 to 5. */
export const levelOf = (x, unit) => {
  if (!x) return 0;
  const size = Math.abs(x);
  const strength = size === Infinity ? 1 : size / (size + unit);
  return strength === 0 ? 0 : Math.sign(x) * Math.min(5, 1 + Math.trunc(strength * 5));
};
