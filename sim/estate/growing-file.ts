/** A file on a datastore that is neither a disk nor a delta, and grows evenly between looks: the old blocks that a backup keeps there meanwhile. */
import type { Datastore } from './datastore.ts';

export class GrowingFile {
  readonly datastore: Datastore;
  /** The VM that it belongs to, and the run that opened it. */
  readonly vm: string;
  readonly run: string;
  /** Id of the log event by which it came into being. */
  readonly createdBy: number;
  private bytes = 0;
  private sinceMs: number;
  private perMs = 0;

  constructor(datastore: Datastore, vm: string, run: string, createdBy: number, nowMs: number) {
    this.datastore = datastore;
    this.vm = vm;
    this.run = run;
    this.createdBy = createdBy;
    this.sinceMs = nowMs;
    datastore.files.push(this);
    datastore.spaceChanged();
  }

  bytesAt(nowMs: number): number {
    return this.bytes + this.perMs * (nowMs - this.sinceMs);
  }

  /** Bytes per millisecond. */
  get slope(): number {
    return this.perMs;
  }

  setSlope(nowMs: number, perMs: number): void {
    if (perMs === this.perMs) return;
    this.bytes = this.bytesAt(nowMs);
    this.sinceMs = nowMs;
    this.perMs = perMs;
    this.datastore.spaceChanged();
  }

  remove(nowMs: number): void {
    this.datastore.notePeak(nowMs);
    this.datastore.files.splice(this.datastore.files.indexOf(this), 1);
    this.datastore.spaceChanged();
  }
}
