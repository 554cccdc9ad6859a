/** `chain-depth`: a disk has more snapshots on top of each other than it should; each makes its guest's reads dearer. */
import type { Disk } from '../../estate/disk.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';

export const chainDepth: Rule = {
  id: 'chain-depth',
  severity: 'warning',
  subject: 'vm',
  raisedBy: ['chain-deep'],
  endedBy: ['chain-shallow'],
  subjectField: 'vm',
  evidence: ['datastore', 'depth', 'mostDepth'],
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
    const mostDepth = this.world.policy.thresholds('vm', disk.vm.name).chainDepth;
    if (depth > mostDepth ? this.deep.has(disk) : !this.deep.delete(disk)) return;
    const { findings, kernel, startEvent } = this.world;
    const { vm, datastore } = disk;
    if (depth > mostDepth) {
      this.deep.add(disk);
      const causes = [disk.top?.createdBy || startEvent];
      const fields = { vm: vm.name, datastore: datastore.name, depth, mostDepth };
      findings.observe({ atMs: kernel.nowMs, kind: 'chain-deep', fields, causes });
    } else if (!vm.disks.some((other) => this.deep.has(other))) {
      findings.observe({ atMs: kernel.nowMs, kind: 'chain-shallow', fields: { vm: vm.name }, causes: [] });
    }
  }
}
