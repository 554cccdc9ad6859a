/** `software-outdated`: a job has lost its catalog, as releases with a known mistake do; the next backup of each of its VMs reads everything. */
import type { Rule } from '../rule.ts';

export const softwareOutdated: Rule = {
  id: 'software-outdated',
  severity: 'warning',
  subject: 'job',
  raisedBy: ['fault-began'],
  when: ({ fields }) => fields.fault === 'catalog-corrupt',
  subjectField: 'on',
  evidence: ['number'],
};
