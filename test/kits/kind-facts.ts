import { expect } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { lstatSync, readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { inEachText } from '../../activities/command/redact.js';
import { canonicalJson, type JsonObject } from '../../model/json.js';
import { reachedHosts } from '../../model/plan/reach.js';
import { namedBy, type StepKind } from '../../model/schema/format/kind.js';

/** Every file and folder below a folder with what tells that it was changed, without the evidence of steps. */
function stateOf(folder: string, evidence: readonly string[]): Map<string, string> {
  const state = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (evidence.some((one) => isBelow(path, one))) continue;
    const info = lstatSync(path, { throwIfNoEntry: false });
    if (info) state.set(path, info.isDirectory() ? 'folder' : `${info.ino} ${info.size} ${info.mtimeMs}`);
  }
  return state;
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** What was written lies in a named path, above it, or beside it under its name (backups, locks, rotated files). */
function isWritten(path: string, named: string): boolean {
  if (isBelow(path, named) || isBelow(named, path)) return true;
  const own = basename(named);
  const [beside = ''] = relative(dirname(named), path).split('/');
  return beside.startsWith(`${own}.`) || beside.startsWith(`.${own}.`);
}

/** Addresses that are connected to while something runs. */
async function connecting<T>(work: () => Promise<T>): Promise<{ result: T; addresses: string[] }> {
  const addresses = new Set<string>();
  const seen = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    socket.once('connect', () => {
      // A socket of the file system has none.
      if (socket.remoteAddress !== undefined) addresses.add(socket.remoteAddress);
    });
  };
  subscribe('net.client.socket', seen);
  try {
    return { result: await work(), addresses: [...addresses] };
  } finally {
    unsubscribe('net.client.socket', seen);
  }
}

/** Runs something; the paths below a folder that it made, changed or took away. */
export async function changedBy<T>(
  folder: string,
  evidence: readonly string[],
  work: () => Promise<T>,
): Promise<{ result: T; changed: string[] }> {
  const before = stateOf(folder, evidence);
  const result = await work();
  const after = stateOf(folder, evidence);
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return { result, changed: paths.filter((path) => before.get(path) !== after.get(path)) };
}

/** The same input for each path that its kind writes, with that path, or the folder that it lies in, outside. */
export function writingOutside(kind: StepKind, input: JsonObject, outside: string): JsonObject[] {
  const named = namedBy(kind.writes, input);
  return named.map((path) => {
    const there = (text: string): string => (text !== '' && isBelow(path, text) ? join(outside, basename(text)) : text);
    const moved = inEachText(input, there);
    if (canonicalJson(moved) === canonicalJson(input)) throw new Error(`No field of the input leads to ${path}.`);
    return moved;
  });
}

/** Runs a deed and holds it to what its kind says of it: what it writes, and whom it speaks to. */
export async function heldToFacts<T>(
  kind: StepKind,
  input: JsonObject,
  run: { folder: string; evidence: readonly string[]; reachesToo: readonly string[]; work: () => Promise<T> },
): Promise<T> {
  const { folder, evidence, reachesToo, work } = run;
  const { result: connected, changed } = await changedBy(folder, evidence, () => connecting(work));
  const { result, addresses } = connected;
  const writes = namedBy(kind.writes, input).map((path) => resolve(folder, path));
  const outside = changed.filter((path) => !writes.some((one) => isWritten(path, one)));
  expect({ 'written outside of what `writes` says': outside.map((path) => relative(folder, path)) }).toEqual({
    'written outside of what `writes` says': [],
  });
  const reach = [...reachedHosts(namedBy(kind.reach, input), {}), ...reachesToo];
  const strange = addresses.filter((address) => !reach.includes(address));
  expect({ 'reached outside of what `reach` says': strange }).toEqual({ 'reached outside of what `reach` says': [] });
  return result;
}

/** Facts that stand in the kind alone: what it shows is an output or evidence of its own, what it looks with an input. */
export function checkDeclared(kind: StepKind): void {
  const { shows = [], leaves = [], looksWith = {}, notice = [] } = kind;
  const files = shows.flatMap((one) => (one.as === 'matrix' ? [] : (one.file ?? [])));
  expect(leaves).toEqual(expect.arrayContaining(files));
  expect(Object.keys(kind.input.shape)).toEqual(expect.arrayContaining([...Object.keys(looksWith), ...notice]));
  if (Object.keys(looksWith).length > 0) expect(kind.effect).toBe('none');
}
