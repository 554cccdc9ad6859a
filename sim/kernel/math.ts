/**
 * exp, log and pow from + - * / alone. The language leaves the last bits of `Math.exp` and its kin to the engine, and engines differ; these give the
 * same bits everywhere. Method and constants: fdlibm 5.3 (e_exp.c, e_log.c), Sun Microsystems, 1993.
 */

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const INVERSE_LN2 = 1.442695040888963387;
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

/** Natural logarithm; x must be a positive normal number. */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) throw new RangeError(`log of ${x}`);
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

/** e to the power x; 0 below the smallest normal number, an error above the largest. */
export function exp(x: number): number {
  if (x < -708) return 0;
  if (!(x < 709)) throw new RangeError(`exp of ${x}`);
  const k = Math.floor(x * INVERSE_LN2 + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  const value = 1 - (low - (r * c) / (2 - c) - high);
  return k > 1023 ? value * 2 * powerOfTwo(k - 1) : value * powerOfTwo(k);
}

/** x to the power y for x >= 0: exact for y = 1, otherwise within a few units in the 14th digit for the exponents that growth laws use. */
export function pow(x: number, y: number): number {
  if (y === 1) return x;
  if (x === 0) return y === 0 ? 1 : 0;
  return exp(y * log(x));
}
