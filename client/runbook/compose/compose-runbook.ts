import { relative } from 'node:path';
import { contextKey } from '../../../model/expression/expression.js';
import { readable } from '../../../model/text/readable.js';
import { checkOf, type ServiceCheck } from './checks.js';
import type { ComposeService, ComposeStack } from './read-compose.js';

/** Texts of a file stand in quotes, which YAML reads as JSON does; `${{` of theirs is no expression. */
export const quoted = (text: string): string => JSON.stringify(plainText(text));
/** A text that is taken as it stands, also where an expression would begin. */
const plainText = (text: string): string => text.replaceAll('${{', () => '$${{');
/** For comments: one line of plain characters. */
const plain = (text: string): string => readable(text, 120).replace(/[^\x20-\x7e]/g, '?');

/** A service with the names that it has in the runbook. */
interface Named {
  service: ComposeService;
  id: string;
  check: ServiceCheck | undefined;
  /** Input that says its port; nothing where the file does. */
  input: string | undefined;
}

const LONGEST_ID = 40;

/** A name of something else as an id: lower case letters, digits and dashes, beginning with a letter. */
export function idOf(name: string, otherwise = 's'): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const whole = /^[a-z]/.test(slug) ? slug : slug === '' ? otherwise : `${otherwise}-${slug}`;
  return whole.slice(0, LONGEST_ID).replace(/-$/, '');
}

function named(services: readonly ComposeService[], notes: string[]): Named[] {
  const ids = new Set<string>();
  return services.map((service) => {
    const base = idOf(service.name);
    let id = base;
    for (let next = 2; ids.has(id); next += 1) id = `${base}-${next}`;
    ids.add(id);
    const check = checkOf(service, notes);
    const open = check && (check.at.variables.length > 0 || check.at.port === undefined);
    return {
      service,
      id,
      check,
      input: open ? `${id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Port` : undefined,
    };
  });
}

function inputLines(services: readonly Named[]): string[] {
  return services.flatMap(({ service, check, input }) => {
    if (!check || input === undefined) return [];
    const { port, variables } = check.at;
    const about = `Port of ${service.name} on the host; the file has it from ${variables.join(', ') || 'elsewhere'}`;
    const known = port === undefined ? '' : ` default: ${port},`;
    return [`  ${input}: { type: integer,${known} min: 1, max: 65535, about: ${quoted(about)} }`];
  });
}

/** The step that asks a service, on one line. */
function checkLine({ service, id, check, input }: Named, more: string): string[] {
  if (!check) return [];
  const host = check.at.host === undefined ? '${{ inputs.host }}' : plainText(check.at.host);
  const port = input === undefined ? String(check.at.port) : `\${{ inputs.${input} }}`;
  if (check.how === 'tcp') {
    const title = quoted(`${service.name} takes connections`);
    const place = `host: ${JSON.stringify(host)}, port: ${input === undefined ? port : `"${port}"`}`;
    return [`      - { id: check-${id}, title: ${title}, uses: tcp.check, with: { ${place} }, ${more} }`];
  }
  const title = quoted(`${service.name} answers ${check.path}`);
  const bracketed = host.includes(':') && !host.includes('{') ? `[${host}]` : host;
  const url = JSON.stringify(`http://${bracketed}:${port}${plainText(check.path)}`);
  return [`      - { id: check-${id}, title: ${title}, uses: http.check, with: { url: ${url} }, ${more} }`];
}

/**
 * The text of a runbook that brings a stack of Compose up, asks each of its services, looks at its logs, and takes it back.
 *
 * @param dir folder that the runbook will lie in (absolute)
 */
export function composeRunbook(
  { id, title, dir }: { id: string; title: string; dir: string },
  stack: ComposeStack,
): string {
  const notes = [...stack.notes];
  const started = stack.services.filter(({ profiles }) => profiles.length === 0);
  for (const { name, profiles } of stack.services)
    if (profiles.length > 0)
      notes.push(`${name} is of the profiles ${profiles.join(', ')}: the steps here do not start it.`);
  const services = named(started, notes);
  const place = relative(dir, stack.folder) || '.';
  const checks = (more: string): string[] => services.flatMap((one) => checkLine(one, more));
  const asked = checks('until: { every: 1s, within: 60s, consecutive: 2 }');
  const back = checks(
    'until: { every: 1s, within: 60s }, when: "phases.before.steps.stack.healthy > 0 && size(phases.before.steps.stack.unhealthy) == 0"',
  );
  return `${headOf(stack, started, notes)}schema: 1
id: ${JSON.stringify(id)}
title: ${quoted(title)}
about: ${quoted(`Brings the stack of ${plain(stack.files.join(' and '))} up, asks each service, looks at the logs, and asks for the decision.`)}

roles:
  lead: Release lead
  ops: Operations

inputs:
  stack: { type: path, default: ${quoted(place)}, about: "Folder of the stack, relative to this runbook" }
  host: { type: string, default: 127.0.0.1, about: Where the ports of the stack are reached }
${inputLines(services)
  .map((line) => `${line}\n`)
  .join('')}
allow: { commands: [docker] }

phases:
  - id: before
    title: The stack as it is
    owner: ops
    planned: 5m
    steps:
      - { id: engine, title: The container engine answers, uses: stack.engine, with: { stack: "\${{ inputs.stack }}", driver: compose } }
      - { id: stack, title: What runs now, uses: stack.ps, with: { stack: "\${{ inputs.stack }}", driver: compose } }
    gates:
      - { id: engine, title: The container engine answers, value: steps.engine.answers, equals: true, floor: true }
    onFail: { then: stop }

  - id: up
    title: The stack comes up
    owner: [lead, ops]
    planned: 15m
    approval: { role: lead, question: Bring the stack up?, expires: 1h }
    steps:
      # Its undo brings back what ran before.
      - { id: up, title: Bring the stack up, uses: stack.up, with: { stack: "\${{ inputs.stack }}", driver: compose, wait: healthy }, timeout: 10m }
${asked.map((line) => `${line}\n`).join('')}      - { id: stack, title: Every service is ready, uses: stack.ps, with: { stack: "\${{ inputs.stack }}", driver: compose } }
${services.map(logLine).join('')}    gates:
      - { id: ready, title: Services that are not ready, value: size(steps.stack.unhealthy), equals: 0, floor: true }
${services.map(logGate).join('')}    onFail: { rollback: R1, then: stop }

decisions:
  - { id: go, title: GO, requires: [before, up], approval: { role: lead, question: Is the stack good?, expires: 1h } }

rollbacks:
  R1:
    title: Bring back what ran before, and ask it
    undo: phase
    steps:
      - { id: stack, title: What runs now, uses: stack.ps, with: { stack: "\${{ inputs.stack }}", driver: compose } }
${back.map((line) => `${line}\n`).join('')}`;
}

/** What the runbook is made of, and what it does not know, in comments. */
function headOf({ files }: ComposeStack, started: readonly ComposeService[], notes: readonly string[]): string {
  const images = started.map(({ name, image, built }) => `${name}: ${image ?? (built ? 'built here' : 'no image')}`);
  return [
    '# yaml-language-server: $schema=./runbook.schema.json',
    `# Made of ${plain(files.join(' and '))}. Steps start docker; with podman, let \`docker compose\` speak to its socket (DOCKER_HOST).`,
    ...images.map((line) => `#   ${plain(line)}`),
    ...notes.map((note) => `# Note: ${plain(note)}`),
    '',
  ].join('\n');
}

function logLine({ service, id }: Named): string {
  const title = quoted(`The last lines of ${service.name}`);
  return `      - { id: logs-${id}, title: ${title}, uses: stack.logs, with: { stack: "\${{ inputs.stack }}", driver: compose, services: { ${quoted(service.name)}: 200 } } }\n`;
}

function logGate({ service, id }: Named): string {
  const title = quoted(`Critical lines of ${service.name}`);
  return `      - { id: critical-${id}, title: ${title}, value: ${quoted(`steps.${contextKey(`logs-${id}`)}.critical`)}, equals: 0 }\n`;
}
