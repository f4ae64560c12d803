import type { LookupFunction } from 'node:net';
import type { z } from 'zod';
import type { NamedPattern, Spot } from '../../evidence/credential-patterns.js';
import type { StepProgress, StepTask } from '../../model/state/contract.js';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import type { Json, JsonObject } from '../../model/json.js';
import type { StepKind } from '../../model/schema/format/kind.js';

export type { NamedPattern, Spot };

/** What a handler's deed gives back. */
export interface StepOutcome<O> {
  outputs: O;
  /** One line for people. */
  summary: string;
}

/** The hands of a kind. `undo` must be safe after any prefix of `do`, and twice. */
export interface StepHandler<I, O> {
  do(input: I, context: StepContext): Promise<StepOutcome<O>>;
  undo?(input: I, context: StepContext): Promise<{ summary: string }>;
  /**
   * Looks, before anything is begun, whether the deed could be done, and changes nothing. What the step must read of the
   * world to judge it is the deed's own.
   *
   * @returns one line for people: what is there; undefined where nothing had to be looked at
   * @throws StepError that says what is missing
   */
  check?(input: I, context: CheckContext): Promise<string | undefined>;
}

/** What a check may use: no evidence, no journal. */
export type CheckContext = Capabilities & Pick<StepContext, 'signal' | 'path' | 'run' | 'sleep' | 'progress' | 'log'>;

/** A handler whose types come from its kind's schema. */
export type HandlerOf<K extends StepKind> = StepHandler<z.infer<K['input']>, z.infer<K['outputs']>>;

/** Where a secret stands: an environment variable of the worker, or a file. */
export type SecretRef = { env: string } | { file: string };

/** What a step may read of the worker's environment besides what every command gets. */
export type EnvFamily = 'containers' | 'temporal';

/** A step's ways to the outside, bound to its plan: what is to be reached, read and kept quiet is no care of a kind. */
export interface Capabilities {
  /**
   * Sends one request, held to the hosts of the plan. It ends with the step and never tries again by itself.
   *
   * @throws StepError CONNECTION_FAILED when no whole answer came, BAD_INPUT for an address that may not be used
   */
  http(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * Refuses a host that the plan does not name. Every socket that a kind opens itself goes through here.
   *
   * @param secret the address, where it is a secret that was read: no list of hosts, and no word of it in an error
   * @returns the lookup to connect with: it judges the addresses of the name, and what it judged is what is connected to
   * @throws StepError BAD_INPUT
   */
  reach(host: string, port: number, secret?: string): LookupFunction;
  /**
   * Reads a secret just before it is used. From then on it is taken out of what the step shows and leaves as text:
   * output of commands, progress, log, outputs, summary, failure. Files of evidence are the kind's: see `redact`.
   *
   * @throws StepError NOT_FOUND when there is none, or an empty one
   */
  secret(ref: SecretRef): Promise<string>;
  /** Takes the secrets that were read so far out of a text, in all their spellings; before it is cut, not after. */
  redact(text: string): string;
  /** The same for a value, when it has been judged: texts and names in it, and numbers that are a secret. */
  redactIn(value: Json): Json;
  /** The allow-listed part of the worker's environment: what every command gets, and the named families. */
  env(...families: EnvFamily[]): Record<string, string>;
}

/** What a running step may use. Everything that it leaves behind goes through here. */
export interface StepContext extends Capabilities {
  task: StepTask;
  /** Aborted on cancel, on timeout and when the attempt lost its lease. */
  signal: AbortSignal;
  /** Temporal's attempt number of this activity, from 1. */
  attempt: number;
  now(): Date;
  /** Shown live (heartbeat details) and kept for the next attempt. */
  progress(progress: StepProgress): void;
  /** A waiting time in milliseconds under the rehearsal's time scale. */
  scaled(ms: number): number;
  /** Waits that long, scaled or not as given; rejects on cancel. */
  sleep(ms: number): Promise<void>;
  /**
   * Absolute path of a path from the runbook (resolved against the plan's base folder), held to the folders of the plan.
   *
   * @throws StepError BAD_INPUT when it leads elsewhere
   */
  path(relative: string): string;
  /**
   * Runs something on a file by way of its folder held open: a folder that is swapped for a link meanwhile is not followed.
   *
   * @param path absolute, as `path` gave it; its folder is there
   * @param act is given the path to use
   * @throws StepError BAD_INPUT when the folder that was opened lies outside of the folders of the plan
   */
  inHeldFolder<T>(path: string, act: (held: string) => Promise<T>): Promise<T>;
  /**
   * Compares files that are about to be used with what they were when the plan was made.
   *
   * @param names as they are used, relative to `cwd`; what the plan does not know is passed over
   * @throws StepError BAD_INPUT when one was changed or is gone
   */
  checkPinned(names: readonly string[], cwd: string): Promise<void>;
  /** This step's own folder in the bundle. */
  evidence: StepEvidence;
  /** Writes the undo's knowledge durably *before* the deed; `recall` gives it back to the undo and to later attempts. */
  remember(state: JsonObject): Promise<void>;
  recall(): Promise<JsonObject | undefined>;
  /**
   * Folder for what stood there before the deed, no part of the bundle; an undo is given that of the deed. Absolute; whoever
   * writes there makes it, for its owner alone.
   */
  backups: string;
  /**
   * Masks credentials that nobody declared in a text that others wrote, before it becomes evidence; what a command prints
   * into `saveAs` is masked by itself.
   */
  withoutCredentials(text: string): Promise<{ text: string; credentials: number }>;
  /** The same in every text of a value. Outputs, summary and error of a step are masked by themselves. */
  withoutCredentialsIn(value: JsonObject): Promise<{ value: JsonObject; credentials: number }>;
  /** How many there are in a regular file, by its absolute path. */
  countCredentials(path: string): Promise<number>;
  /** The same in the bytes of a file; they stay as many. */
  bytesWithoutCredentials(bytes: Buffer): Promise<{ bytes: Buffer; credentials: number }>;
  /** Where they stand in bytes, by which rule, none within another. @param more what else counts as one */
  credentialSpots(bytes: Buffer, more?: readonly NamedPattern[]): Promise<Spot[]>;
  /** Fingerprint of the key that this worker seals evidence with. @throws StepError NOT_FOUND */
  evidenceKey(): Promise<string>;
  /** Throws `GUARD_TRIPPED` as soon as one of the step's guards holds for these tallies. */
  checkGuards(tallies: JsonObject): void;
  run: RunCommand;
  /** A line in the step's log, and in the worker's. */
  log(message: string, facts?: Record<string, Json>): void;
}

export interface StepEvidence {
  /** Absolute folder; created on first use. */
  directory: string;
  /** Writes a whole file durably (temp, fsync, rename) and returns its reference. */
  write(name: string, content: string | Uint8Array): Promise<EvidenceRef>;
  /** Copies a file into the folder durably. */
  copy(name: string, from: string): Promise<EvidenceRef>;
  /** Opens a file for appending whole lines, each fsynced; for results that must survive a kill. */
  appender(name: string): Promise<LineAppender>;
  /** References of all that was written, in order. */
  refs(): EvidenceRef[];
}

export interface LineAppender {
  path: string;
  /** Whole lines that an earlier attempt left; a torn last line is cut off. */
  existing: string[];
  append(line: string): Promise<void>;
  close(): Promise<EvidenceRef>;
}

export interface HttpRequest {
  url: string;
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  headers?: Record<string, string>;
  body?: string;
  /** For the whole exchange, redirects included. */
  timeoutMs: number;
  /** How many redirects are followed. */
  redirects?: number;
  maxBytes: number;
  /**
   * The address holds a secret that the project gave (a webhook): no list of hosts, and credentials may stand in it.
   * Nothing for an address without one.
   */
  secretAddress?: boolean;
  /** What errors call the address; without it, the address less credentials and query. */
  name?: string;
  /** Whom it trusts, instead of those whom the system trusts, and as whom it shows itself: PEM. */
  tls?: { ca?: string; cert?: string; key?: string } | undefined;
}

export interface HttpAnswer {
  status: number;
  /** Names in lower case; several values joined by a comma and a blank. */
  headers: Record<string, string>;
  /** Media type in lower case, without parameters. */
  contentType: string;
  /** Its content-encoding is undone. */
  body: Buffer;
  /** The body went on beyond `maxBytes`. */
  truncated: boolean;
  ms: number;
}

export interface CommandOptions {
  argv: string[];
  cwd?: string;
  /** Added to the allow-listed environment (PATH, HOME, LANG, TZ, TMPDIR). */
  env?: Record<string, string>;
  /** `env` is golive's own, and not what the runbook gives: a list of programs does not judge it. */
  ownEnv?: true;
  timeoutMs: number;
  /** Kept in the result; the whole output goes to `saveAs` in the evidence when given. */
  captureBytes?: number;
  saveAs?: string;
  input?: string;
  /** Is given the standard output as it comes, with secrets in it: for what is too large to be kept. It must not throw. */
  onStdout?: (bytes: Uint8Array) => void;
  /** false: files that argv names may have changed since the plan was made. */
  pin?: boolean;
  /** A program of golive itself: no runbook names it, so no list of its commands holds it. */
  own?: boolean;
  /** Ends the command's whole group when aborted, as the step's own end does. */
  signal?: AbortSignal;
}
export interface CommandResult {
  exitCode: number | null;
  signal: string | null;
  stdout: string;
  /** What `stdout` was before secrets were taken out: to be compared or parsed, never kept. */
  rawStdout: string;
  stderr: string;
  truncated: boolean;
  /** Of both streams together, before anything was left out. */
  bytes: number;
  sha256: string;
  durationMs: number;
  /** How many credentials were masked in what `saveAs` holds; nothing without it. */
  credentials?: number;
}
/** Runs an argv array in its own process group, ended as a group on timeout or cancel. A non-zero exit is a result, not an error. */
export type RunCommand = (options: CommandOptions) => Promise<CommandResult>;

/** Every kind that a worker has hands for. */
export interface StepCalls {
  names: readonly string[];
  /** @throws Error for a kind that has no schema or no hands */
  call(name: string, part: 'do' | 'undo'): StepCall;
}

/** A kind's deed or undo, with its types left behind: they were checked at the table. */
export interface StepCall {
  name: string;
  part: 'do' | 'undo';
  kind: StepKind;
  handler: StepHandler<unknown, JsonObject>;
}
