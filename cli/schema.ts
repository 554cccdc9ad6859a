/** `overrun schema`: the JSON Schema of the scenario format, for editors. */
import { scenarioJsonSchema } from '../scenarios/index.ts';
import { replaceFile } from './files.ts';
import { writeStdout } from './stdout.ts';

export async function schema(options: { out: string | undefined }): Promise<void> {
  const text = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
  if (options.out === undefined) await writeStdout(text);
  else replaceFile(options.out, text);
}
