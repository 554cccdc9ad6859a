/** `chain-depth`: a disk has more snapshots on top of each other than it should; each makes its guest's reads dearer. */
import type { Disk } from '../../estate/disk.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';

/** Deeper chains are worth a word: two to three at most (VMware's best practice for snapshots, Broadcom KB 318825). */
const MOST_DEPTH = 3;

export const chainDepth: Rule = {
  id: 'chain-depth',
  severity: 'warning',
  subject: 'vm',
  raisedBy: ['chain-deep'],
  endedBy: ['chain-shallow'],
  subjectField: 'vm',
  evidence: ['datastore', 'depth'],
};

/** Follows which disks have such a chain. */
export class DeepChains {
  private readonly world: World;
  private readonly deep = new Set<Disk>();

  constructor(world: World) {
    this.world = world;
  }

  /** A disk's chain has become longer or shorter. */
  changed(disk: Disk): void {
    const depth = disk.chain.length;
    if (depth > MOST_DEPTH ? this.deep.has(disk) : !this.deep.delete(disk)) return;
    const { findings, kernel, startEvent } = this.world;
    const { vm, datastore } = disk;
    if (depth > MOST_DEPTH) {
      this.deep.add(disk);
      const causes = [disk.top?.createdBy || startEvent];
      findings.observe({ atMs: kernel.nowMs, kind: 'chain-deep', fields: { vm: vm.name, datastore: datastore.name, depth }, causes });
    } else if (!vm.disks.some((other) => this.deep.has(other))) {
      findings.observe({ atMs: kernel.nowMs, kind: 'chain-shallow', fields: { vm: vm.name }, causes: [] });
    }
  }
}
