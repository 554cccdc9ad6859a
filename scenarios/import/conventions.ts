import { ImportError } from './errors.ts';
import { type DateParts, type NumberShape, readDateShape, readNumberShape } from './shapes.ts';
import type { Header, Sheet } from './workbook.ts';

/** How one file writes numbers and dates as text, as far as it lets on. */
export interface Conventions {
  /** What groups thousands; `none` where large numbers stand without. */
  thousands: string | 'none' | undefined;
  decimal: string | undefined;
  /** Whether 3/4/2026 is in April. */
  dayFirst: boolean | undefined;
}

export const unknownConventions: Conventions = { thousands: undefined, decimal: undefined, dayFirst: undefined };

/** What the cells of a column are: whole numbers; numbers that may have a fraction; times. */
export type Holds = 'whole' | 'size' | 'time';

/** Columns of one sheet that tell something. */
export interface Witness {
  sheet: Sheet;
  columns: readonly { header: Header; holds: Holds }[];
}

/**
 * Decides for each file, from columns that can only hold whole numbers and from numbers and dates that can be read in one way only. A file that says
 * nothing follows the others where they agree. Throws `ImportError` where a file contradicts itself.
 */
export function decideConventions(witnesses: readonly Witness[]): Map<string, Conventions> {
  const evidence = new Map<string, Evidence>();
  for (const { sheet, columns } of witnesses) {
    const ofFile = evidence.get(sheet.fileName) ?? new Evidence();
    evidence.set(sheet.fileName, ofFile);
    for (const row of sheet.rows) {
      for (const { header, holds } of columns) {
        const cell = header.slot === undefined ? undefined : row.cells[header.slot];
        if (typeof cell === 'string') ofFile.hear(cell.trim(), holds, { sheet, row: row.number, column: header.text });
      }
    }
  }
  const all = [...evidence.values()].map((ofFile) => ofFile.conventions());
  return new Map(
    [...evidence].map(([fileName, ofFile]) => {
      const own = ofFile.conventions();
      const silent = own.thousands === undefined && own.decimal === undefined;
      return [
        fileName,
        {
          thousands: silent ? agreed(all.map((other) => other.thousands)) : own.thousands,
          decimal: silent ? agreed(all.map((other) => other.decimal)) : own.decimal,
          dayFirst: own.dayFirst ?? agreed(all.map((other) => other.dayFirst)),
        },
      ];
    }),
  );
}

function agreed<T>(opinions: readonly (T | undefined)[]): T | undefined {
  const distinct = new Set(opinions.filter((opinion) => opinion !== undefined));
  return distinct.size === 1 ? [...distinct][0] : undefined;
}

interface CellPlace {
  sheet: Sheet;
  row: number;
  column: string;
}

interface Statement {
  text: string;
  place: CellPlace;
}

class Evidence {
  readonly #thousands = new Map<string, Statement>();
  readonly #decimals = new Map<string, Statement>();
  #ungrouped: Statement | undefined;
  #dayFirst = false;
  #monthFirst = false;

  hear(text: string, holds: Holds, place: CellPlace): void {
    if (holds === 'time') {
      const shape = readDateShape(text);
      if (shape !== undefined) this.#hearDate(shape);
      return;
    }
    const shape = readNumberShape(text);
    if (shape !== undefined) this.#hearNumber(shape, holds, { text, place });
  }

  conventions(): Conventions {
    const [thousands] = this.#thousands.keys();
    const [decimal] = this.#decimals.keys();
    return {
      thousands: thousands ?? (this.#ungrouped === undefined ? undefined : 'none'),
      decimal,
      dayFirst: this.#dayFirst === this.#monthFirst ? undefined : this.#dayFirst,
    };
  }

  #hearNumber(shape: NumberShape, holds: 'whole' | 'size', statement: Statement): void {
    if (shape.couldBeFraction) {
      // A single separator before three digits: thousands where nothing but a whole number is possible, otherwise no evidence.
      if (holds === 'whole') this.#add(this.#thousands, shape.group, statement);
      return;
    }
    // A fraction in a column of whole numbers is wrong by itself and says nothing about the rest.
    if (holds === 'whole' && /[1-9]/.test(shape.fraction)) return;
    if (shape.group !== undefined) this.#add(this.#thousands, shape.group, statement);
    else if (holds === 'whole' && shape.whole.length > 3) this.#ungrouped ??= statement;
    if (shape.point !== undefined) this.#add(this.#decimals, shape.point, statement);
    this.#refuseMixOfGrouped(statement);
  }

  #add(marks: Map<string, Statement>, mark: string | undefined, statement: Statement): void {
    if (mark === undefined) return;
    if (!marks.has(mark)) marks.set(mark, statement);
    const earlier = [...marks].find(([other]) => other !== mark)?.[1] ?? (marks === this.#thousands ? this.#decimals : this.#thousands).get(mark);
    if (earlier !== undefined) contradict(statement, earlier);
    this.#refuseMixOfGrouped(statement);
  }

  /** `16384` and `16.384` in one file: the one with a point may as well be a fraction. */
  #refuseMixOfGrouped(statement: Statement): void {
    const grouped = this.#thousands.get('.') ?? this.#thousands.get(',');
    if (grouped !== undefined && this.#ungrouped !== undefined) contradict(statement, statement === grouped ? this.#ungrouped : grouped);
  }

  #hearDate({ first, second, dayFirst }: DateParts): void {
    if (dayFirst !== undefined) return;
    if (first > 12) this.#dayFirst = true;
    if (second > 12) this.#monthFirst = true;
  }
}

function contradict({ text, place }: Statement, earlier: Statement): never {
  const there = `sheet ${earlier.place.sheet.name}, row ${earlier.place.row}, column ${JSON.stringify(earlier.place.column)}`;
  const problem = `${JSON.stringify(text)} contradicts ${JSON.stringify(earlier.text)} (${there}): what marks thousands and what decimals must be the same in the whole file`;
  throw new ImportError(place.sheet.fileName, problem, { sheet: place.sheet.name, row: place.row, column: place.column });
}
