/** Which commands and kinds of import there are, and which are described but not built: building one means moving it. */
export const COMMANDS = ['run', 'lint', 'explain', 'import', 'init', 'schema'];

export const IMPORT_KINDS = ['rvtools'];

export const UNBUILT_COMMANDS = ['check', 'compare', 'sweep', 'headroom', 'propose', 'calibrate', 'lessons', 'play'];

export const UNBUILT_IMPORT_KINDS = ['proxmox', 'veeam'];

export function unbuiltText(words: string): string {
  return `overrun: error: \`overrun ${words}\` is described but not built yet`;
}
