/** The kinds of faults by name. A new one is a file and a line here. */
import { catalogCorrupt } from './catalog-corrupt.ts';
import { datastoreDegraded } from './datastore-degraded.ts';
import { datastoreLost } from './datastore-lost.ts';
import { hostLoss } from './host-loss.ts';
import type { FaultKind } from './kind.ts';
import { networkOutage, networkSlowdown } from './network.ts';
import type { FaultName } from './plan.ts';
import { proxyCrash } from './proxy-crash.ts';
import { serverResources } from './server-resources.ts';
import { stolenAccount } from './stolen-account.ts';
import { buggyApplication, corruptDisk, credentialExpired, securitySoftware, writerFailure } from './tasks.ts';

export const FAULTS: Record<FaultName, FaultKind> = {
  'network-outage': networkOutage,
  'network-slowdown': networkSlowdown,
  'proxy-crash': proxyCrash,
  'host-loss': hostLoss,
  'datastore-degraded': datastoreDegraded,
  'datastore-lost': datastoreLost,
  'credential-expired': credentialExpired,
  'writer-failure': writerFailure,
  'corrupt-disk': corruptDisk,
  'buggy-application': buggyApplication,
  'security-software': securitySoftware,
  'catalog-corrupt': catalogCorrupt,
  'server-resources': serverResources,
  'stolen-account': stolenAccount,
};
