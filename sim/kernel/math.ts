/**
 * exp, log, pow and their kin from + - * / alone. The language leaves the last bits of `Math.exp` and its like to the engine, and engines differ;
 * these give the same bits everywhere. Method and constants: fdlibm 5.3 (e_exp.c, e_log.c), Sun Microsystems, 1993.
 */

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const INVERSE_LN2 = 1.442695040888963387;
const LN2 = 0.6931471805599453;
const SMALLEST_NORMAL = 2.2250738585072014e-308;
const SQRT_HALF = 0.7071067811865476;

/** Minimax polynomial of log((1+s)/(1-s)) in s^2. */
const L1 = 6.66666666666673513e-1;
const L2 = 3.999999999940941908e-1;
const L3 = 2.857142874366239149e-1;
const L4 = 2.222219843214978396e-1;
const L5 = 1.818357216161805012e-1;
const L6 = 1.531383769920937332e-1;
const L7 = 1.479819860511658591e-1;

/** Minimax polynomial of r - r * (exp(r) + 1) / (exp(r) - 1) + 2 in r^2. */
const P1 = 1.66666666666666019037e-1;
const P2 = -2.77777777770155933842e-3;
const P3 = 6.61375632143793436117e-5;
const P4 = -1.6533902205465251539e-6;
const P5 = 4.13813679705723846039e-8;

const scratch = new DataView(new ArrayBuffer(8));

/** 2 to a whole power in the normal range. */
function powerOfTwo(exponent: number): number {
  scratch.setUint32(0, (exponent + 1023) << 20);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}

/** Natural logarithm; x must be positive. */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) throw new RangeError(`log of ${x}`);
  if (x < SMALLEST_NORMAL) return log(x * powerOfTwo(54)) - 54 * LN2;
  scratch.setFloat64(0, x);
  const high = scratch.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  scratch.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = scratch.getFloat64(0);
  if (mantissa * SQRT_HALF > 1) {
    mantissa *= 0.5;
    exponent += 1;
  }
  const f = mantissa - 1;
  if (f === 0) return exponent * LN2_HIGH + exponent * LN2_LOW;
  const s = f / (2 + f);
  const z = s * s;
  const series = z * (L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * (L6 + z * L7))))));
  const halfSquare = 0.5 * f * f;
  return exponent * LN2_HIGH - (halfSquare - (s * (halfSquare + series) + exponent * LN2_LOW) - f);
}

/** log(1 + x) with all its digits also where x is next to 0; x must be above -1. */
export function log1p(x: number): number {
  const u = 1 + x;
  // What rounding 1 + x has taken from x it has taken from the logarithm in the same ratio (W. Kahan's correction).
  return u === 1 ? x : log(u) * (x / (u - 1));
}

/** exp(r) - 1 for r = high - low within ln 2 / 2 of 0. */
function excess(high: number, low: number): number {
  const r = high - low;
  const t = r * r;
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  return high - (low - (r * c) / (2 - c));
}

/** e to the power x, less 1, with all its digits also where x is next to 0; x must be below 709. */
export function expm1(x: number): number {
  return Math.abs(x) < LN2 / 2 ? excess(x, 0) : exp(x) - 1;
}

/** e to the power x; 0 below the smallest normal number, an error above the largest. */
export function exp(x: number): number {
  if (x < -708) return 0;
  if (!(x < 709)) throw new RangeError(`exp of ${x}`);
  const k = Math.floor(x * INVERSE_LN2 + 0.5);
  const value = 1 + excess(x - k * LN2_HIGH, k * LN2_LOW);
  return k > 1023 ? value * 2 * powerOfTwo(k - 1) : value * powerOfTwo(k);
}

/** x to the power y for x >= 0: exact for y = 1, otherwise within a few units in the 14th digit for the exponents that growth laws use. */
export function pow(x: number, y: number): number {
  if (y === 1) return x;
  if (x === 0) return y === 0 ? 1 : 0;
  return exp(y * log(x));
}
