import { join } from 'node:path';
import { defineConfig } from 'vite';

/** One ES module without imports, for browsers as old as Node 20 is (ES2023). */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: join(import.meta.dirname, '../dist/browser'),
    emptyOutDir: true,
    target: 'es2023',
    lib: { entry: 'engine.ts', formats: ['es'], fileName: () => 'engine.js' },
  },
});
