import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { COMPOSE_FILES, OVERRIDE_FILES } from '../../../model/compose-names.js';
import { readable } from '../../../model/text/readable.js';
import { CliError, messageOf } from '../../errors.js';
import { readText } from '../read-text.js';
import { type Published, publishedPorts } from './ports.js';
import { filled, variablesIn } from './variables.js';

/** What a runbook needs to know of a service of Compose. */
export interface ComposeService {
  name: string;
  /** As it is written, for people. */
  image: string | undefined;
  built: boolean;
  ports: Published[];
  /** The words of its health check; nothing where it has none. */
  health: string | undefined;
  /** Started only when one of these is asked for. */
  profiles: string[];
}

export interface ComposeStack {
  /** Folder that holds the files (absolute). */
  folder: string;
  files: string[];
  services: ComposeService[];
  /** What the runbook does not know of, in sentences. */
  notes: string[];
}

type Fields = Record<string, unknown>;
const MOST_SERVICES = 64;
const NAMED = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * Reads a file of Compose with the override that Compose lays over it.
 *
 * @param path of a file that steps of a stack would take
 * @throws CliError (exit 2)
 */
export function readCompose(path: string): ComposeStack {
  const folder = dirname(resolve(path));
  const files = filesOf(path, folder);
  const notes: string[] = [];
  const layers = files.map((name) => parsed(join(folder, name), notes));
  const env = join(folder, '.env');
  const values = existsSync(env) ? variablesIn(readText(env).text) : new Map<string, string>();
  const services = layers.reduce<Fields>((all, { services: over }) => merged(all, isFields(over) ? over : {}), {});
  if (layers.some(({ include }) => include !== undefined))
    notes.push(
      '`include` was not followed: services of other files are started, and have no checks of their own here.',
    );
  const names = Object.keys(services);
  if (names.length === 0) throw refused(path, 'has no services', 'Give a file of Compose with `services:`.');
  if (names.length > MOST_SERVICES)
    throw refused(path, `has ${names.length} services`, `${MOST_SERVICES} are the most.`);
  const odd = names.find((name) => !NAMED.test(name));
  if (odd !== undefined)
    throw refused(
      path,
      `names a service '${readable(odd, 60)}'`,
      'Letters, digits, _, . and -, as Compose takes them.',
    );
  return {
    folder,
    files,
    notes,
    services: names.map((name) => {
      const fields = extended(services, name, folder, notes);
      return serviceOf(name, fields, values);
    }),
  };
}

function refused(path: string, what: string, hint: string): CliError {
  return new CliError(`The file of Compose ${what}.`, { exitCode: 2, where: path, hint });
}

/** The files that Compose takes in the folder, which must be those that were asked for. */
function filesOf(path: string, folder: string): string[] {
  const name = basename(path);
  if (!existsSync(path)) throw refused(path, 'is not there', 'Give the path of a file that is.');
  const there = (names: readonly string[]): string[] => names.filter((one) => existsSync(join(folder, one)));
  const [main] = there(COMPOSE_FILES);
  if (!COMPOSE_FILES.some((one) => one === name)) {
    const hint = `Steps of a stack take ${COMPOSE_FILES.join(', ')} and an override beside it. Of several files, or one with another name, make one: docker compose -f ${name} config > compose.yaml (in a folder of its own)`;
    throw refused(path, `has a name that steps of a stack do not take: ${name}`, hint);
  }
  if (main !== name)
    throw refused(
      path,
      `is not the one that Compose takes there: that is ${main}`,
      `Give ${main}, or remove one of the two.`,
    );
  const [over] = there(OVERRIDE_FILES);
  return over === undefined ? [name] : [name, over];
}

function parsed(path: string, notes: string[]): Fields {
  const { text } = readText(path);
  const [tag] = /!(?:reset|override)\b/.exec(text) ?? [];
  if (tag !== undefined)
    notes.push(`${basename(path)} has the tag ${tag}, which was not obeyed: look whether ports and checks are right.`);
  try {
    // Anchors, aliases and merge keys are usual there; how far aliases may unfold, the library bounds. Tags of its own
    // (`!reset`) are only warned of.
    const value: unknown = parse(text, { merge: true, logLevel: 'error' });
    const proto = prototypeIn(value);
    if (proto !== undefined) throw refused(path, `has the name __proto__ at ${readable(proto, 120)}`, 'Take it out.');
    if (isFields(value)) return value;
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw refused(
      path,
      `cannot be read as YAML: ${messageOf(error).split('\n')[0]}`,
      'docker compose config says what is wrong with it.',
    );
  }
  throw refused(path, 'holds no map', 'Give a file of Compose with `services:`.');
}

/** Where a map has a member `__proto__`, which programs take for something else; nothing where none has. */
function prototypeIn(value: unknown, at = '', seen = new Set<unknown>()): string | undefined {
  if (value === null || typeof value !== 'object' || seen.has(value)) return undefined;
  // What aliases name stands in several places, and is looked at once.
  seen.add(value);
  for (const [name, one] of Object.entries(value)) {
    const here = at === '' ? name : `${at}.${name}`;
    const found = name === '__proto__' ? here : prototypeIn(one, here, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One layer over another, as far as it matters here: maps by name, lists of ports added, everything else replaced. */
function merged(under: Fields, over: Fields): Fields {
  const result: Fields = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const there = result[name];
    if (isFields(there) && isFields(value)) result[name] = merged(there, value);
    else if (name === 'ports' && Array.isArray(there) && Array.isArray(value))
      result[name] = [...(there as unknown[]), ...(value as unknown[])];
    else result[name] = value;
  }
  return result;
}

/** A service with what it extends: of the same files, or of one beside them. */
function extended(services: Fields, name: string, folder: string, notes: string[], seen: string[] = []): Fields {
  const own = services[name];
  if (!isFields(own)) return {};
  const from = typeof own.extends === 'string' ? { service: own.extends } : own.extends;
  if (from === undefined || from === null) return own;
  const unread = (what: string, why: string): Fields => {
    notes.push(`${name} extends ${what}, ${why}: its ports and health may be others.`);
    return own;
  };
  if (!isFields(from) || typeof from.service !== 'string')
    return unread('something that names no service', 'which was not followed');
  const what = readable(from.service, 60);
  if (from.file !== undefined && typeof from.file !== 'string')
    return unread(what, 'of a file that has no path, which was not followed');
  const file = from.file === undefined ? undefined : resolve(folder, from.file);
  const key = `${file ?? ''} ${from.service}`;
  if (seen.includes(key)) return unread(what, 'which extends it again');
  let others: Fields | undefined = services;
  try {
    if (file !== undefined) others = servicesOf(file, notes);
  } catch (error) {
    return unread(what, `whose file ${readable(String(from.file), 60)} could not be read (${messageOf(error)})`);
  }
  if (others === undefined || !isFields(others[from.service])) return unread(what, 'which could not be read');
  const base = extended(others, from.service, file === undefined ? folder : dirname(file), notes, [...seen, key]);
  return merged(base, own);
}

function servicesOf(file: string, notes: string[]): Fields | undefined {
  if (!existsSync(file)) return undefined;
  const { services } = parsed(file, notes);
  return isFields(services) ? services : undefined;
}

function serviceOf(name: string, fields: Fields, values: ReadonlyMap<string, string>): ComposeService {
  const { image, build, profiles, ports, healthcheck } = fields;
  return {
    name,
    image: typeof image === 'string' ? image : undefined,
    built: build !== undefined,
    ports: publishedPorts(ports, values),
    health: healthOf(healthcheck, values),
    profiles: Array.isArray(profiles) ? profiles.map(String) : [],
  };
}

function healthOf(healthcheck: unknown, values: ReadonlyMap<string, string>): string | undefined {
  if (!isFields(healthcheck) || healthcheck.disable === true) return undefined;
  const { test } = healthcheck;
  const words = Array.isArray(test) ? test.map(String) : typeof test === 'string' ? [test] : [];
  if (words.length === 0 || words[0] === 'NONE') return undefined;
  return filled(words.join(' '), values).text;
}
