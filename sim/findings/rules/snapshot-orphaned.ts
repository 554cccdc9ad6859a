/** `snapshot-orphaned`: a delta has been left behind: nobody waits for it any more, and it goes on growing. */
import { heldBytes } from '../../estate/delta.ts';
import type { World } from '../../world.ts';
import type { Rule } from '../rule.ts';

export const snapshotOrphaned: Rule = {
  id: 'snapshot-orphaned',
  severity: 'warning',
  subject: 'vm',
  raisedBy: ['merge-refused', 'snapshot-orphaned', 'orphan-found'],
  endedBy: ['vm-deleted', 'orphans-gone'],
  subjectField: 'vm',
  evidence: ['datastore', 'run', 'neededBytes', 'freeBytes', 'bytes'],
};

/** Those that are there at the start. */
export function findOrphans({ disks, findings, startEvent }: World): void {
  for (const disk of disks) {
    const orphans = disk.chain.filter((delta) => delta.kind === 'orphan');
    if (orphans.length === 0) continue;
    const bytes = orphans.reduce((sum, delta) => sum + heldBytes(delta, 0), 0);
    const fields = { vm: disk.vm.name, datastore: disk.datastore.name, bytes: Math.ceil(bytes) };
    findings.observe({ atMs: 0, kind: 'orphan-found', fields, causes: [startEvent] });
  }
}
