/** The validation page: every section run anew and written as Markdown. */
import type { Check, Section } from './section.ts';
import { bounds } from './sections/bounds.ts';
import { calendar } from './sections/calendar.ts';
import { closedForms } from './sections/closed-forms.ts';
import { retention } from './sections/retention.ts';
import { simgrid } from './sections/simgrid.ts';
import { slots } from './sections/slots.ts';
import { snapshotsTogether } from './sections/snapshots.ts';
import { traces } from './sections/traces.ts';

const INTRODUCTION = `# Validation

Figures that were worked out without overrun, beside what overrun gives for the same inputs. This page is written by a run: \`npm run validate\`. A test
fails when a figure moves, or is further off than rounding explains. All that they are about is built. One known set of figures is not used: the write rates
of 483 production VMs over a month (Bitbrains, GWA-T-12), which say how much was written and not how much of it was new.`;

/** Lines between these marks come from data that is not part of the repository; where it is absent they stay as they are. */
const TRACES_BEGIN = '<!-- from trace data -->';
const TRACES_END = '<!-- end of trace data -->';

export interface Page {
  text: string;
  checks: Check[];
  /** Sections that could not be run, and keep their committed lines. */
  kept: string[];
}

/** `committed` is the page as it stands, for what cannot be run here. */
export function makePage(committed: string): Page {
  const sections = [closedForms(), snapshotsTogether(), retention(), calendar(), slots(), bounds(), simgrid()];
  const traced = traces();
  const tracedText = traced === null ? between(committed) : `\n${written(traced)}\n`;
  const all = traced === null ? sections : [...sections, traced];
  return {
    text: `${[INTRODUCTION, ...sections.map(written), `${TRACES_BEGIN}${tracedText}${TRACES_END}`].join('\n\n')}\n`,
    checks: all.flatMap(({ title, checks }) => checks.map((check) => ({ ...check, what: `${title}: ${check.what}` }))),
    kept: traced === null ? ['Real data'] : [],
  };
}

function written({ title, about, head, rows }: Section): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [`## ${title}`, '', about, '', ...lines].join('\n');
}

function between(committed: string): string {
  const [from, to] = [committed.indexOf(TRACES_BEGIN), committed.indexOf(TRACES_END)];
  if (from < 0 || to < from) throw new Error('the trace data is absent, and the page has no lines of it to keep');
  return committed.slice(from + TRACES_BEGIN.length, to);
}
