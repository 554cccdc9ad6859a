/** Node's SHA-256 for the fingerprint: several times as fast as what the simulator brings along for browsers. */
import { createHash } from 'node:crypto';
import type { StreamingSha256 } from '../sim/index.ts';

export function nodeSha256(): StreamingSha256 {
  const hash = createHash('sha256');
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    hex: () => hash.digest('hex'),
  };
}
