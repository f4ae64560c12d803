import { type ExpressionContext, ExpressionError, resolve } from '../../expression/expression.js';
import { isJsonObject, type Json, type JsonObject } from '../../json.js';
import { leadingEnv, leadingHint } from '../../plan/leading-env.js';
import { entryFor, hostAndPort, listed } from '../../plan/reach.js';
import { mayStart } from '../../plan/programs.js';
import type { Allow } from '../format/allow.js';
import { namedBy, type StepKind, textsIn } from '../format/kind.js';

/** Something that a step needs and the runbook's lists leave out. */
export interface NotAllowed {
  list: keyof Allow;
  /** As it would stand in the list; of `env`, the name of the variable. */
  entry: string;
  /** It stands in no list: a variable by which another program would run than the one that is listed. */
  variable?: true;
}

/** Where nobody knows yet in which folder the runbook lies. */
const SOMEWHERE = '/runbook';

/**
 * What a call of a kind starts and reaches that the runbook's lists leave out. What an expression names that gives nothing
 * yet is not among it: it is held to the lists when it is known, at the latest by the worker.
 */
export function notAllowed(
  allow: Allow,
  kind: StepKind | undefined,
  given: JsonObject,
  context: ExpressionContext,
  baseDir: string = SOMEWHERE,
): NotAllowed[] {
  const known = (texts: readonly string[]): string[] => texts.flatMap((text) => valueOf(text, context) ?? []);
  const { names, perhaps, folder } = kind?.runs?.(given) ?? { names: [] };
  const [place = '.'] = known(textsIn(folder));
  const { commands, hosts } = allow;
  const programs = known([...textsIn(names), ...textsIn(perhaps)]);
  const places = { folder: place, baseDir };
  const refused = commands ? programs.filter((program) => !mayStart(program, commands, places)) : [];
  const reached = known(namedBy(kind?.reach ?? 'none', given)).map(hostAndPort);
  const far = hosts ? reached.filter(({ host, port }) => !mayBeListed(host, port, hosts)) : [];
  return [
    ...(commands ? leadingOf(kind, given, programs) : []),
    ...[...new Set(refused)].map((entry) => ({ list: 'commands' as const, entry })),
    ...[...new Set(far.map(({ host, port }) => entryFor(host, port, hosts ?? [])))].map((entry) => ({
      list: 'hosts' as const,
      entry,
    })),
  ];
}

/** The variables of what a step gives its programs by which others would run. */
function leadingOf(kind: StepKind | undefined, given: JsonObject, programs: readonly string[]): NotAllowed[] {
  let env: Json | undefined = given;
  for (const name of kind?.env?.(given) ?? []) env = isJsonObject(env) ? env[name] : undefined;
  if (kind?.env?.(given) === undefined || !isJsonObject(env)) return [];
  const found = leadingEnv(Object.keys(env), programs);
  return found.map((entry) => ({ list: 'commands' as const, entry, variable: true }));
}

/** What is wrong, after the words for the step. */
export function notAllowedText({ list, entry, variable }: NotAllowed, of = ''): string {
  if (variable) return `sets ${entry}, which makes another program run than the one that \`allow.commands\`${of} lists`;
  return `${list === 'commands' ? 'starts' : 'reaches'} ${entry}, which \`allow.${list}\`${of} does not list`;
}

/** A port that the address does not say is known when it is connected to. */
function mayBeListed(host: string, port: number | undefined, hosts: readonly string[]): boolean {
  return port === undefined ? hosts.some((entry) => hostAndPort(entry).host === host) : listed(host, port, hosts);
}

/** Undefined for an expression that gives no text yet. */
function valueOf(text: string, context: ExpressionContext): string | undefined {
  try {
    const value = resolve(text, context);
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** The line that the list needs, with what it has already. */
export function lineToAdd({ list, entry, variable }: NotAllowed, allow: Allow): string {
  if (variable) return leadingHint(entry);
  const quoted = [...(allow[list] ?? []), entry].map((one) => (/^[A-Za-z0-9./_-]+$/.test(one) ? one : `'${one}'`));
  return `Add it if the step is right: allow: { ${list}: [${quoted.join(', ')}] }.`;
}
