import type { PhaseId, StepId } from './address.js';
import type { JsonObject } from '../json.js';

/** A registered undo that stands when its go-live has ended. Its input is in the journal of the step. */
export interface StandingUndo {
  phase: PhaseId;
  phaseAttempt: number;
  step: StepId;
  epoch: number;
  always: boolean;
  /** In order. */
  calls: { activity: string; title: string }[];
  /** The deed is known to be done: an undo that finds nothing of it has lost something. */
  deedDone?: true;
  /** Why nobody knows what was promised. */
  unread?: string;
  /** Folder of the bundle with its journal (absolute), where that is not the one of the go-live that is taken back. */
  evidenceDir?: string;
  /** SHA-256 of the tag manifest of that bundle. */
  bundle?: string;
}

/** Who is asked when something of a phase fails, and for how long. */
export interface Answerer {
  role: string;
  expiresMs: number;
}

/** What a go-live takes back of an earlier one of its target, which has ended. */
export interface TakesBack {
  /** `<target>/<change>` of the first. */
  goLive: string;
  /** When the first began, ISO 8601: expressions of its rollbacks mean that one. */
  startedAt: string;
  /** Folder of its sealed bundle (absolute), and the SHA-256 of its tag manifest, which covers every file. */
  evidenceDir: string;
  bundle: string;
  /** The rollback of its runbook that is carried out; absent: every undo that still stands. */
  rollback?: string;
  /** Every undo that still stands, oldest first. */
  undos: StandingUndo[];
  /** Who is asked about an undo that fails, by its phase: as the first one's plan says. Absent in plans of before. */
  asks?: Record<PhaseId, Answerer>;
  /** What the steps of its phases gave, for expressions. */
  phases: Record<string, { steps: Record<string, JsonObject> }>;
  /** Why, and in which role the one who starts it speaks. */
  reason?: string;
  role?: string;
  /** Later go-lives of the target that changed something and still stand: it is done all the same, for the reason. */
  despite?: string[];
  /** What of the evidence of the first, or of what came after, is not as it was sealed or logged: no undo reads it. */
  doubts?: string[];
}

/** What is told wherever it is asked or begun; empty without doubts. */
export function doubtsText({ doubts = [] }: Pick<TakesBack, 'doubts'>): string {
  const more = doubts.length > TOLD ? ` and ${doubts.length - TOLD} more` : '';
  return doubts.length === 0 ? '' : ` Evidence was changed: ${doubts.slice(0, TOLD).join('; ')}${more}.`;
}

/** Doubts that a sentence names. */
const TOLD = 3;
