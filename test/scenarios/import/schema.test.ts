import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { importRvtools, readRates } from '../../../scenarios/import/index.ts';
import { scenarioJsonSchema } from '../../../scenarios/index.ts';
import { buildXlsx } from './build-xlsx.ts';
import { estate47 } from './fixture.ts';
import { inventedBytes } from './invented-estate.ts';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

/** A validator made from the published schema, not the one that loads scenarios. */
const validator = z.fromJSONSchema(scenarioJsonSchema() as JsonSchema);

describe('the JSON Schema of scenario files', () => {
  test('accepts every import', async () => {
    const text =
      'Entity,Unit,Value,MetricId\nsql-01,KBps,3072,disk.write.average\nsql-01,KBps,9,disk.read.average\nweb-01,KBps,1,disk.write.average\n';
    const rates = await readRates([{ fileName: 'stats.csv', pieces: [new TextEncoder().encode(text)] }]);
    const options = {
      jobs: ['0 22 * * *', 'w=@weekly'],
      repositories: ['40TiB@500MiB/s'],
      proxies: ['8@10Gbit/s'],
      duration: '1w',
      timezone: 'Europe/Berlin',
    };
    for (const bytes of [inventedBytes(), buildXlsx(estate47())]) {
      for (const anonymise of [undefined, { known: undefined }]) {
        for (const rest of [{}, { rates, options }]) {
          const { yaml } = importRvtools({ files: [{ fileName: 'export.xlsx', bytes }], anonymise, ...rest });
          expect(validator.safeParse(parse(yaml)).error?.issues ?? []).toEqual([]);
        }
      }
    }
  });

  test('would notice an import that breaks it', () => {
    const { yaml } = importRvtools({ files: [{ fileName: 'export.xlsx', bytes: inventedBytes() }] });
    for (const broken of [
      yaml.replace('size: 60GiB', 'size: 60'),
      yaml.replace('class: hybrid', 'class: fast'),
      yaml.replace('vms: all', 'vmz: all'),
    ]) {
      expect(validator.safeParse(parse(broken)).success).toBe(false);
    }
  });
});
