/** What a check is: a look at a scenario without a run. Each is a file of `checks/` and a line of the index. */
import type { Path } from '../format/tree.ts';
import type { Subject } from './subject.ts';

export interface Remark {
  /** The value of the scenario that it is about; where that is not stated, the nearest that would contain it is shown. */
  about: Path;
  /** What is the matter, in one line. */
  text: string;
  /** What helps, in one line. */
  help: string;
}

export interface Check {
  /** Stable; programs and people look it up by this. */
  id: string;
  look: (subject: Subject) => Remark[];
}
