/** A server on the loopback interface that hands engine, program and workload to any engine that asks, and takes the prints it sends back. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, transformWithOxc } from 'vite';
import type { Print, Workload } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
/** No script but the station's own, and no evaluation of text: what a page of the project may demand as well. */
const CONTENT_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'";
const SLOWEST_MS = 180_000;

/** Sets an engine to work on the station's page or program and gives back what ends it; `fail` is for what goes wrong in between. */
export type Start = (station: Station, fail: (reason: Error) => void) => Promise<() => Promise<void>>;

export interface Station {
  /** Where it listens, without a slash at the end. */
  origin: string;
  /** Holds `engine.js` (the browser bundle, freshly built) and `program.js`, for engines that read files. */
  folder: string;
  /** Prints of the engine that `start` sets to work. @throws what went wrong there, or that no answer came in time */
  printsOf: (start: Start) => Promise<Print[]>;
  close: () => Promise<void>;
}

export async function openStation(workload: Workload): Promise<Station> {
  const folder = mkdtempSync(join(tmpdir(), 'overrun-portable-'));
  await build({ configFile: join(ROOT, 'playground/vite.config.ts'), logLevel: 'warn', build: { outDir: folder } });
  const program = join(import.meta.dirname, 'program.ts');
  writeFileSync(join(folder, 'program.js'), (await transformWithOxc(readFileSync(program, 'utf8'), program)).code);
  writeFileSync(
    join(folder, 'page.js'),
    "import * as engine from './engine.js';\nimport { report } from './program.js';\nreport(engine, location.origin);\n",
  );
  const pages: Record<string, { type: string; text: string }> = {
    '/': { type: 'text/html', text: '<!doctype html><meta charset="utf-8"><title>same bytes</title><script type="module" src="page.js"></script>' },
    '/workload.json': { type: 'application/json', text: JSON.stringify(workload) },
  };
  for (const name of ['engine.js', 'program.js', 'page.js'])
    pages[`/${name}`] = { type: 'text/javascript', text: readFileSync(join(folder, name), 'utf8') };

  let settle = (_prints: Print[]): void => {};
  let refuse = (_reason: Error): void => {};
  const server = createServer(async (request, response) => {
    const page = pages[request.url ?? ''];
    if (request.method === 'POST') {
      const body = await bodyOf(request);
      response.end();
      if (request.url === '/prints') settle(JSON.parse(body));
      else refuse(new Error(body));
    } else if (page === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': `${page.type}; charset=utf-8`, 'content-security-policy': CONTENT_POLICY }).end(page.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const station: Station = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    folder,
    printsOf: async (start) => {
      const prints = new Promise<Print[]>((resolve, reject) => {
        settle = resolve;
        refuse = reject;
      });
      // Whoever awaits it below hears of a failure; one that comes while the engine still starts must not go unheard until then.
      prints.catch(() => {});
      const late = setTimeout(() => refuse(new Error(`no answer within ${SLOWEST_MS / 1000} s`)), SLOWEST_MS);
      try {
        const stop = await start(station, refuse);
        return await prints.finally(stop);
      } finally {
        clearTimeout(late);
      }
    },
    close: async () => {
      await closed(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return station;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
