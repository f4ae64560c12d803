/** Among which sections of the report it stands: the figures of the run, or what failed. */
type Place = 'figures' | 'failures';

/** Counts by `row>column`, as a table: one of each step of the kind. */
export interface ShownMatrix<Output extends string = string> {
  as: 'matrix';
  title: string;
  place: Place;
  /** The output that holds the counts. */
  output: Output;
  /** How the table is read, above it. */
  about: string;
  /** What rows and columns are, in the corner. */
  corner: string;
  /** Names in their order; others come after, sorted. */
  order: readonly string[];
  /** The cell that must be empty. */
  alarm?: { row: string; column: string };
}

/** A line of figures of each step of the kind; of the file instead, where the bundle holds it. */
export interface ShownFigures<Output extends string = string> {
  as: 'figures';
  title: string;
  place: Place;
  outputs: readonly Output[];
  /** What a column is called, where the name of its figure in words does not say it. */
  titles?: Readonly<Record<string, string>>;
  /** A JSON file in `data/`, put there by `evidence.include`: the figures of one step, or of several by their name. */
  file?: string;
}

/** The first rows of a CSV file in `data/`, put there by `evidence.include`. */
export interface ShownRows {
  as: 'rows';
  title: string;
  place: Place;
  file: string;
  /** What a column is called, where its own name in words does not say it. */
  titles?: Readonly<Record<string, string>>;
}

/** A section that a kind adds to the report. It is data: the report knows how to draw it, and no kind. */
export type Shown<Output extends string = string> = ShownMatrix<Output> | ShownFigures<Output> | ShownRows;

/** What kinds add to the report, by the name of the kind. */
export type ShownByKind = Readonly<Record<string, readonly Shown[]>>;
