/** Flows as parallel arrays: a solve runs through thousands of them, and arrays of numbers are what an engine runs through fastest. */

export const FIRST_SIZE = 256;
const FIRST_STRIDE = 8;

export class FlowTable {
  weight = new Float64Array(FIRST_SIZE);
  /** Bytes per millisecond; Infinity: none. */
  cap = new Float64Array(FIRST_SIZE);
  /** Work in bytes; Infinity for a flow that never completes. */
  bytes = new Float64Array(FIRST_SIZE);
  rate = new Float64Array(FIRST_SIZE);
  /** What the solve under way gives it. */
  nextRate = new Float64Array(FIRST_SIZE);
  /** Work left at `sinceMs`, from when on `rate` holds. */
  remaining = new Float64Array(FIRST_SIZE);
  sinceMs = new Float64Array(FIRST_SIZE);
  /** The instant at which the work is done at the present rate. */
  finishMs = new Float64Array(FIRST_SIZE);
  /** Rank by creation. */
  sequence = new Float64Array(FIRST_SIZE);
  /** Resource that holds it back, or AT_CAP. */
  bottleneck = new Int32Array(FIRST_SIZE);
  nextBottleneck = new Int32Array(FIRST_SIZE);
  bottleneckSinceMs = new Float64Array(FIRST_SIZE);
  /** Pending completion event; -1: none. */
  event = new Int32Array(FIRST_SIZE);
  owner = new Int32Array(FIRST_SIZE);
  elastic = new Uint8Array(FIRST_SIZE);
  /** Number of the solve that last visited it; -1: the slot is free. */
  mark = new Int32Array(FIRST_SIZE).fill(-1);
  /** Its level when the cap binds. */
  capLevel = new Float64Array(FIRST_SIZE);
  useCount = new Int32Array(FIRST_SIZE);
  /** Uses of a flow start at slot x stride. */
  stride = FIRST_STRIDE;
  useResource = new Int32Array(FIRST_SIZE * FIRST_STRIDE);
  usePerByte = new Float64Array(FIRST_SIZE * FIRST_STRIDE);
  /** Milliseconds that its present bottleneck has held it back, up to `bottleneckSinceMs`. */
  bottleneckMs = new Float64Array(FIRST_SIZE);
  /** The same of bottlenecks that it has had before; most flows have only one. */
  readonly formerMs: (Map<number, number> | undefined)[] = [];
  private readonly free: number[] = [];
  private used = 0;

  /** So many slots there is room for. */
  get size(): number {
    return this.weight.length;
  }

  /** A slot with room for so many uses. */
  allocate(uses: number): number {
    if (uses > this.stride) this.widen(uses);
    const slot = this.free.pop() ?? this.used++;
    if (slot >= this.size) this.lengthen();
    this.mark[slot] = 0;
    return slot;
  }

  release(slot: number): void {
    this.mark[slot] = -1;
    this.formerMs[slot] = undefined;
    this.free.push(slot);
  }

  isLive(slot: number): boolean {
    return slot >= 0 && slot < this.used && (this.mark[slot] as number) >= 0;
  }

  private lengthen(): void {
    const size = this.size * 2;
    this.weight = longer(this.weight, size);
    this.cap = longer(this.cap, size);
    this.bytes = longer(this.bytes, size);
    this.rate = longer(this.rate, size);
    this.nextRate = longer(this.nextRate, size);
    this.remaining = longer(this.remaining, size);
    this.sinceMs = longer(this.sinceMs, size);
    this.finishMs = longer(this.finishMs, size);
    this.sequence = longer(this.sequence, size);
    this.bottleneckSinceMs = longer(this.bottleneckSinceMs, size);
    this.bottleneckMs = longer(this.bottleneckMs, size);
    this.capLevel = longer(this.capLevel, size);
    this.bottleneck = longerInt(this.bottleneck, size);
    this.nextBottleneck = longerInt(this.nextBottleneck, size);
    this.event = longerInt(this.event, size);
    this.owner = longerInt(this.owner, size);
    this.useCount = longerInt(this.useCount, size);
    this.useResource = longerInt(this.useResource, size * this.stride);
    this.usePerByte = longer(this.usePerByte, size * this.stride);
    const elastic = new Uint8Array(size);
    elastic.set(this.elastic);
    this.elastic = elastic;
    const mark = new Int32Array(size).fill(-1);
    mark.set(this.mark);
    this.mark = mark;
  }

  private widen(uses: number): void {
    const stride = Math.max(uses, this.stride * 2);
    const { size } = this;
    const useResource = new Int32Array(size * stride);
    const usePerByte = new Float64Array(size * stride);
    for (let slot = 0; slot < this.used; slot++) {
      const from = slot * this.stride;
      useResource.set(this.useResource.subarray(from, from + this.stride), slot * stride);
      usePerByte.set(this.usePerByte.subarray(from, from + this.stride), slot * stride);
    }
    this.stride = stride;
    this.useResource = useResource;
    this.usePerByte = usePerByte;
  }
}

export function longer(array: Float64Array<ArrayBuffer>, size: number): Float64Array<ArrayBuffer> {
  const made = new Float64Array(size);
  made.set(array);
  return made;
}

export function longerInt(array: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const made = new Int32Array(size);
  made.set(array);
  return made;
}
