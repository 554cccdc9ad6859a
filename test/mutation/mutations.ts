/** Laws broken one at a time: the text of the law in a file of `sim/`, and the wrong text that takes its place. */
export interface Mutation {
  law: string;
  file: string;
  from: string;
  to: string;
}

export const MUTATIONS: Mutation[] = [
  {
    law: 'growth: the power law has its exponent',
    file: 'sim/estate/growth-law.ts',
    from: 'pow(written / law.writtenBytes, law.exponent)',
    to: 'pow(written / law.writtenBytes, 1)',
  },
  {
    law: 'growth: a working set saturates',
    file: 'sim/estate/growth-law.ts',
    from: '-law.workingSetBytes * expm1(-written / law.workingSetBytes)',
    to: 'written',
  },
  {
    law: 'growth: a delta is no larger than its disk',
    file: 'sim/estate/delta.ts',
    from: 'return bytes < delta.disk.sizeBytes ? bytes : delta.disk.sizeBytes;',
    to: 'return bytes;',
  },
  {
    law: 'growth: percentages compound over their days',
    file: 'sim/estate/growth-law.ts',
    from: 'pow(1 + growth.fraction, 1 / growth.perDays)',
    to: 'pow(1 + growth.fraction, 1)',
  },
  {
    law: 'growth: lands in the delta while one is open',
    file: 'sim/estate/disk.ts',
    from: 'return this.thin && this.exists && (this.chain.length === 0 || (this.mirroring && this.chain.length === 1));',
    to: 'return this.thin;',
  },
  {
    law: 'sharing: weights count',
    file: 'sim/flow/max-min.ts',
    from: 'fix(table, slot, (weight[slot] as number) * level, id);',
    to: 'fix(table, slot, level, id);',
  },
  {
    law: 'sharing: the tightest resource decides',
    file: 'sim/flow/max-min.ts',
    from: 'if (level < lowest) {\n      lowest = level;',
    to: 'if (level > lowest || tightest < 0) {\n      lowest = level;',
  },
  {
    law: 'sharing: a cap binds',
    file: 'sim/flow/max-min.ts',
    from: 'fix(table, slot, cap[slot] as number, AT_CAP);',
    to: 'fix(table, slot, 2 * (cap[slot] as number), AT_CAP);',
  },
  {
    law: 'sharing: a resource that can bind connects its flows',
    file: 'sim/flow/network.ts',
    from: 'return sum > resource.capacity;',
    to: 'return sum > 2 * resource.capacity;',
  },
  {
    law: 'sharing: completions round up to the millisecond',
    file: 'sim/flow/network.ts',
    from: 'Math.ceil(left / rate - ROUNDING_MS)',
    to: 'Math.floor(left / rate)',
  },
  {
    law: 'merge: costs a read and a write',
    file: 'sim/backup/consolidation.ts',
    from: 'perByte: device.readCost + device.writeCost',
    to: 'perByte: device.readCost',
  },
  {
    law: 'merge: removals of one VM are serial',
    file: 'sim/backup/consolidation.ts',
    from: 'if (vm.removals.length === 1) this.begin(removal);',
    to: 'this.begin(removal);',
  },
  {
    law: 'merge: the thin base takes the growth',
    file: 'sim/backup/consolidation.ts',
    from: 'return Math.max(0, target - disk.allocatedBytes);',
    to: 'return 0;',
  },
  {
    law: 'merge: one that does not fit is refused',
    file: 'sim/backup/consolidation.ts',
    from: 'if (needed > 0 && used + needed > datastore.fullLevel) {',
    to: 'if (needed < 0) {',
  },
  {
    law: 'merge: the parent holds the unique bytes of both',
    file: 'sim/estate/delta.ts',
    from: 'return this.absorbing === null ? own : own + this.absorbing.ownWrittenAt(nowMs);',
    to: 'return own;',
  },
  {
    law: 'merge: a rest beyond 12 s takes another pass',
    file: 'sim/backup/consolidation.ts',
    from: 'const STUN_LIMIT_MS = 12_000;',
    to: 'const STUN_LIMIT_MS = 120_000;',
  },
  {
    law: 'admission: concurrency limits a run',
    file: 'sim/backup/admission.ts',
    from: 'group.run.concurrent >= job.plan.concurrency',
    to: 'group.run.concurrent > job.plan.concurrency',
  },
  {
    law: 'admission: priority goes first',
    file: 'sim/backup/admission.ts',
    from: 'return left.plan.priority < right.plan.priority;',
    to: 'return left.plan.priority > right.plan.priority;',
  },
  {
    law: 'admission: the proxy with most free slots',
    file: 'sim/backup/admission.ts',
    from: 'if (proxy.slots.free > best.slots.free) best = proxy;',
    to: 'if (proxy.slots.free < best.slots.free) best = proxy;',
  },
  {
    law: 'admission: different jobs wait for a VM',
    file: 'sim/backup/admission.ts',
    from: "job.plan.ifVmBusy === 'stack'",
    to: "job.plan.ifVmBusy !== 'stack'",
  },
  {
    law: 'admission: snapshot slots are held until the delta is gone',
    file: 'sim/backup/stages.ts',
    from: 'part.delta = new Delta(',
    to: 'this.world.admission.releaseSnapshotSlot(task, disk.datastore);\n    part.delta = new Delta(',
  },
  { law: 'overlap: skip skips', file: 'sim/backup/runs.ts', from: "policy === 'skip' ||", to: "policy === 'queue-all' ||" },
  {
    law: 'overlap: queue lets one wait',
    file: 'sim/backup/runs.ts',
    from: "(policy === 'queue' && job.waiting.length > 0)",
    to: "(policy === 'queue' && job.waiting.length > 1)",
  },
  {
    law: 'overlap: ticks come last in their instant',
    file: 'sim/kernel/kernel.ts',
    from: 'const TICK_ROUND = 0x7fffffff;',
    to: 'const TICK_ROUND = 0;',
  },
  {
    law: 'floor: VMs that need a new block pause',
    file: 'sim/estate/guests.ts',
    from: 'disk.grows) && disk.canGrowAt(nowMs);',
    to: 'disk.grows) && !disk.canGrowAt(nowMs);',
  },
  {
    law: 'floor: no snapshot at or below it',
    file: 'sim/backup/stages.ts',
    from: 'return datastore.isFull || (datastore.mayReach(datastore.fullLevel) && datastore.usedAt(nowMs) >= datastore.fullLevel);',
    to: 'return false;',
  },
  {
    law: 'floor: space must come back by the margin',
    file: 'sim/estate/space.ts',
    from: 'datastore.fullLevel - datastore.plan.resumeMarginBytes',
    to: 'datastore.fullLevel',
  },
  { law: 'depth: reads get dearer', file: 'sim/estate/read-speed.ts', from: '[1, 0.65,', to: '[1, 1,' },
  {
    law: 'base: success is the end of the transfer',
    file: 'sim/backup/stages.ts',
    from: 'if (done.mark !== null && !task.baseStolen && (known === undefined || done.mark.atMs > known.atMs)) job.bases',
    to: 'if (done.mark === null) job.bases',
  },
  {
    law: 'repository: retention keeps the newest',
    file: 'sim/repository/retention.ts',
    from: 'points.length - last)',
    to: 'points.length - last - 1)',
  },
  {
    law: 'repository: a full one fails its writers',
    file: 'sim/repository/storage.ts',
    from: 'this.usedNow(repository) < repository.capacityBytes) continue;',
    to: 'repository.capacityBytes > 0) continue;',
  },
  {
    law: 'faults: transfers are given up after 30 minutes',
    file: 'sim/faults/stalls.ts',
    from: 'const PATIENCE_MS = 30 * 60_000;',
    to: 'const PATIENCE_MS = 31 * 60_000;',
  },
  {
    law: 'faults: a crashed proxy leaves snapshots behind',
    file: 'sim/faults/proxy-crash.ts',
    from: "'proxy-crash', event, 'left')",
    to: "'proxy-crash', event)",
  },
  {
    law: 'faults: draws are keyed by task',
    file: 'sim/faults/faults.ts',
    from: '`${task.run.id}/${task.vm.name}/${task.attempt}`',
    to: '`${this.world.kernel.eventCount}`',
  },
  {
    law: 'faults: immutability holds against thieves',
    file: 'sim/repository/theft.ts',
    from: 'if (locked[place] !== true) point.stolen = true;',
    to: 'point.stolen = true;',
  },
  {
    law: 'orphans: a clean-up begins with the lowest',
    file: 'sim/backup/orphans.ts',
    from: "disk.chain.find((delta) => delta.kind === 'orphan'",
    to: "disk.chain.findLast((delta) => delta.kind === 'orphan'",
  },
  {
    law: 'stuns: the removal of a snapshot is one',
    file: 'sim/backup/consolidation.ts',
    from: "if (stage === 'called' && task !== null) vm.stunMs += this.world.kernel.nowMs - calledMs;",
    to: '',
  },
  {
    law: 'merge: crosses the array behind its datastore',
    file: 'sim/backup/consolidation.ts',
    from: 'for (const device of datastore.devices) uses.push(',
    to: 'for (const device of datastore.devices.slice(0, 1)) uses.push(',
  },
  {
    law: 'sharing: guests cross the array behind their datastore',
    file: 'sim/estate/guests.ts',
    from: 'for (const { resource, randomCost } of datastore.devices) uses.push(',
    to: 'for (const { resource, randomCost } of datastore.devices.slice(0, 1)) uses.push(',
  },
  {
    law: 'latency control: leaves 5 % of the device',
    file: 'sim/estate/guests.ts',
    from: 'const LEAST_SHARE = 0.05;',
    to: 'const LEAST_SHARE = 0.001;',
  },
  {
    law: 'reads: slower through each further snapshot',
    file: 'sim/estate/read-speed.ts',
    from: '0.4, 0.35, 0.3, 0.25,',
    to: '0.4, 0.4, 0.3, 0.25,',
  },
  {
    law: 'admission: what a task leaves behind holds its snapshot slot where orphans count',
    file: 'sim/backup/consolidation.ts',
    from: 'return closed && !(refused && disk.datastore.plan.countOrphans);',
    to: 'return closed;',
  },
];
