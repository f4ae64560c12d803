import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type LoggedEvent, readEvent } from '../../model/evidence/logged-event.js';
import { TAG_MANIFEST } from '../../model/evidence/manifest.js';
import { isBegun, isGoLiveState } from '../../model/evidence/records.js';
import { type JsonObject, jsonObjectIn } from '../../model/json.js';
import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';

/** The evidence of one go-live, as far as it lies on this machine. */
export interface Bundle {
  directory: string;
  plan: Plan;
  /** When it was begun, where its log says so, ISO 8601; `''` else. */
  startedAt: string;
  closed: boolean;
  /** Absent until it has ended and its bundle is closed, and where it cannot be read. */
  state?: GoLiveState;
}

/**
 * Every go-live that left evidence in some folder, oldest first.
 *
 * @param folders folders of bundles; what lies beside one is of the same target
 */
export function bundlesIn(folders: readonly string[]): Bundle[] {
  return bundleFolders(folders)
    .flatMap((directory) => readBundle(directory) ?? [])
    .toSorted((a, b) => order(a, b));
}

/** What lies in folders of bundles, whether or not it can be read as one. */
export function bundleFolders(folders: readonly string[]): string[] {
  return [...new Set(folders)].flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder, { withFileTypes: true })
          // What begins with a dot lies beside a bundle: its lock, its backups.
          .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
          .map(({ name }) => join(folder, name))
      : [],
  );
}

const order = (a: Bundle, b: Bundle): number => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0);

/** The go-lives beside this bundle that took back the one that it is of, oldest first. */
export function rollbacksOf(bundle: string): Bundle[] {
  const beside = bundlesIn([targetFolder(bundle)]);
  const first = beside.find(({ directory }) => directory === bundle)?.plan.goLiveId;
  return beside.filter(({ plan }) => first !== undefined && plan.takesBack?.goLive === first);
}

/** The folder that holds all bundles of the target of this one. */
export const targetFolder = (bundle: string): string => dirname(bundle);

function readBundle(directory: string): Bundle | undefined {
  const begun: unknown = readJson(join(directory, 'data', 'plan.json'));
  if (!isBegun(begun)) return undefined;
  const { plan } = begun;
  const closed = existsSync(join(directory, TAG_MANIFEST));
  const ended: unknown = closed ? readJson(join(directory, 'data', 'state.json')) : undefined;
  const state = isGoLiveState(ended) ? ended : undefined;
  const startedAt = state?.startedAt ?? timeOf(readEvents(directory)[0]) ?? '';
  return { directory, plan, startedAt, closed, ...(state ? { state } : {}) };
}

const timeOf = (event: object | undefined): string | undefined =>
  event && 'time' in event && typeof event.time === 'string' ? event.time : undefined;

/** The event log of a bundle; lines that cannot be read are left out. */
export function readEvents(directory: string): LoggedEvent[] {
  const path = join(directory, 'data', 'events.jsonl');
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, seq) => {
      const value = jsonObjectIn(line);
      return value ? [readEvent(seq, value)] : [];
    });
}

function readJson(path: string): JsonObject | undefined {
  return existsSync(path) ? jsonObjectIn(readFileSync(path, 'utf8')) : undefined;
}
