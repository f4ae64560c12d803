import type { z } from 'zod';
import type { Shown } from '../../evidence/shown.js';
import type { Json, JsonObject } from '../../json.js';
import type { Effect } from '../../plan/plan.js';

/** What a step gives a kind before it runs: any field may be missing, or be text with an expression in it. */
export type Given<I extends z.ZodObject = z.ZodObject> = { readonly [K in keyof z.input<I>]?: Json | undefined };

/** Values whose texts are meant, in any depth. */
export type Names = Json | undefined | readonly (Json | undefined)[];

/** What an input names; `none` says that it names nothing, so that it cannot be forgotten. */
export type Named<I extends z.ZodObject = z.ZodObject> = 'none' | ((given: Given<I>) => Names);

/** Files that are run, or read like a program. */
export interface PinnedFiles {
  /** What is no file is passed over. */
  names: Names;
  /** Folder that the names are relative to; by default the one that holds the runbook. */
  folder?: Json | undefined;
}

/** Programs that are started. */
export interface Programs {
  /** Names as they stand in argv: looked up on PATH, or a path. */
  names: Names;
  /** Folder that paths are relative to; by default the one that holds the runbook. */
  folder?: Json | undefined;
  /** The PATH to look on; by default the worker's. */
  path?: Json | undefined;
  /** Further names, which it may start as well: it finds out itself, so a preflight does not look for them. */
  perhaps?: Names;
}

/**
 * What the format knows of a step kind: enough to validate a runbook, to type its expressions and to explain
 * the kind, without running it. Its hands stand beside it, in `kinds/<family>/<kind>.ts`. Whatever another room must
 * know of one kind is said here: outside of `kinds/`, nothing names a kind.
 */
export interface StepKind<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  /** A few words: "HTTP check". */
  title: string;
  /** One sentence on what it does. */
  about: string;
  /** Strict; `with` is parsed by it at validate time (expressions standing in) and again in the activity. */
  input: I;
  /** Typed outputs: what `steps.<id>.*` offers to expressions. */
  outputs: O;
  /**
   * Members of outputs that are maps, where the step's input names them all: an expression that reads another is found
   * when the runbook is validated.
   */
  members?: (given: Given<I>) => { readonly [K in keyof z.output<O>]?: Json | undefined };
  /** What doing it twice means; `stated` where only the runbook's author knows, so that each step must say it. */
  effect: Effect | 'stated';
  /** For a kind of effect none whose input may make it act: whether a step of this input must say its effect. */
  mustSay?: (given: Given<I>) => boolean;
  /**
   * Addresses (`https://host…`) and host names that its hands connect to: a step reaches no other host than those that
   * its plan names. Addresses that are secrets, and those of a program that it runs, are not among them.
   */
  reach: Named<I>;
  /**
   * Paths of what its hands write: a file, or a folder with all below it. They change while the runbook runs, so they
   * are not pinned. Evidence, and what a program that it runs writes, are not among them.
   */
  writes: Named<I>;
  /** Files that must be at the run as they were when the plan was made, unless the runbook writes them itself. */
  pins?: (given: Given<I>) => PinnedFiles;
  /** Programs that it starts: a preflight looks for them, and a runbook may list those that are allowed. */
  runs?: (given: Given<I>) => Programs;
  /**
   * Where its input has the environment of programs that the runbook gives it to run: the runbook's `defaults.env` lies
   * under what a step says there. Nothing where a step of this input runs none.
   */
  env?: (given: Given<I>) => readonly [string, ...string[]] | undefined;
  /** The duration that it takes by its input; its time limit is never shorter. */
  takes?: (given: Given<I>) => Json | undefined;
  /** For a kind of effect none whose input may make it act: the values with which it only looks, as a probe must. */
  looksWith?: { readonly [K in keyof z.input<I>]?: readonly string[] };
  /** It also carries the runbook's notices: the fields that golive fills then. One kind of a catalogue has this. */
  notice?: readonly (keyof z.input<I> & string)[];
  /** What the kind's own undo does, in words; null when there is nothing to undo. */
  undo: string | null;
  /** What it does with what is not the plain case: empty, several, a link, two at once. A case, and a clause, in words. */
  meets?: Readonly<Record<string, string>>;
  /** A complete step in YAML, shown by `golive explain` and tested to validate. */
  example: string;
  /** Plausible outputs of a good run: the harness runs whole runbooks on them; see `wouldGive`. */
  sample: z.infer<O>;
  /** Evidence names that a step of this kind leaves, for `evidence.include`. */
  leaves?: readonly string[];
  /** Numbers that guards may watch while it runs (CEL `it.*`); none = the kind takes no guards. */
  running?: z.ZodObject;
  /** Sections that it adds to the report. */
  shows?: readonly Shown<keyof z.infer<O> & string>[];
}

export function defineKind<I extends z.ZodObject, O extends z.ZodObject>(kind: StepKind<I, O>): StepKind<I, O> {
  return kind;
}

/**
 * What a step of a kind would give in a good run: the kind's sample, and over it, key by key, what the runbook's
 * rehearsal says of this step (`rehearsal.outputs`).
 */
export function wouldGive(kind: StepKind, said: JsonObject = {}): JsonObject {
  return { ...kind.sample, ...said } as JsonObject;
}

/** The effect of a step that says none itself; what is not known is never repeated. */
export function kindEffect(kind: StepKind | undefined): Effect {
  return kind === undefined || kind.effect === 'stated' ? 'once' : kind.effect;
}

/** Every text in a value, in any depth. */
export function textsIn(value: Names): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsIn);
}

/** The texts that a fact names for an input. */
export function namedBy(fact: Named, given: Given): string[] {
  return fact === 'none' ? [] : textsIn(fact(given));
}
