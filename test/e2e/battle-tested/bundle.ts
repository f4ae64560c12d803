import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { runbookSchema } from '../../../model/schema/format/runbook.js';
import { pageText } from '../../kits/doc-blocks.js';

const DAY_MS = 86_400_000;
const root = new URL('../../../', import.meta.url).pathname;

const step = z.object({ id: z.string(), startedAt: z.string().optional(), endedAt: z.string().optional() });
const stateSchema = z.object({
  startedAt: z.string(),
  endedAt: z.string(),
  timeScale: z.number(),
  phases: z.array(
    z.object({
      id: z.string(),
      steps: z.array(step),
      gates: z.array(z.object({ id: z.string(), verdict: z.string(), hard: z.boolean() })),
    }),
  ),
});
const planSchema = z.object({ plan: z.object({ inputs: z.object({ gatewayDir: z.string() }) }) });
const recordSchema = z.looseObject({
  id: z.string(),
  event: z.string(),
  lane: z.string().optional(),
  paths: z.array(z.string()).optional(),
  decision: z.object({ by: z.string(), rule: z.string(), failed: z.array(z.string()) }).optional(),
});
export type GatewayRecord = z.infer<typeof recordSchema>;

/** The `data` of a bundle of battle-tested, and the records of the gateway that it was rehearsed on. */
export class GatewayBundle {
  constructor(readonly data: string) {}

  text(file: string): string {
    return readFileSync(join(this.data, file), 'utf8');
  }

  json(file: string): unknown {
    return JSON.parse(this.text(file));
  }

  state(): z.infer<typeof stateSchema> {
    return stateSchema.parse(this.json('state.json'));
  }

  /** Nominal day of the go-live, from 1, on which a step began. */
  dayOf(phaseId: string, stepId: string): number {
    const { phases, startedAt, timeScale } = this.state();
    const found = phases.find(({ id }) => id === phaseId)?.steps.find(({ id }) => id === stepId);
    return Math.floor(((Date.parse(found?.startedAt ?? '') - Date.parse(startedAt)) * timeScale) / DAY_MS) + 1;
  }

  /** Nominal days that all of it took. */
  days(): number {
    const { startedAt, endedAt, timeScale } = this.state();
    return ((Date.parse(endedAt) - Date.parse(startedAt)) * timeScale) / DAY_MS;
  }

  /** The files of the window's days, in order. */
  dayFiles(): string[] {
    const folder = join('phases', 'stability.1', 'days');
    return readdirSync(join(this.data, folder))
      .filter((file) => file.startsWith('monitor_daily_'))
      .toSorted()
      .map((file) => join(folder, file));
  }

  /** Rows of a page's tables, as texts of cells, without what Markdown needs. */
  rows(file: string): string[][] {
    return this.text(file)
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| ?| ?\|$/g, '').replaceAll('\\', '')));
  }

  /** The cell behind the first one of a row that is called so. */
  cell(file: string, called: string, column = 1): string | undefined {
    return this.rows(file).find(([first]) => first === called)?.[column];
  }

  /** A log of the gateway, as far as the step read it that counts it for the sign-off. */
  records(log: 'telemetry' | 'audit', by: 'total' | 'exercised'): GatewayRecord[] {
    const { gatewayDir } = planSchema.parse(this.json('plan.json')).plan.inputs;
    const { looked } = z.object({ looked: z.int() }).parse(this.json(`phases/sign-off.1/${by}/counts.json`));
    const lines = readFileSync(join(gatewayDir, `${log}.jsonl`), 'utf8').split('\n');
    return lines.slice(0, looked).map((line) => recordSchema.parse(JSON.parse(line)));
  }
}

/** What the runbook puts into its bundle by name. */
export function includedFiles(): string[] {
  const { evidence } = runbookSchema.parse(parse(readFileSync(join(root, 'runbooks/battle-tested.yaml'), 'utf8')));
  return [...(evidence?.include ?? []).map(({ file }) => file), evidence?.signoff ?? ''];
}

/** Gates that a fault trips, by `docs/gates.md`. */
export function gatesTrippedBy(fault: string): string[] {
  const text = pageText('docs/gates.md').split('\n## battle-tested\n')[1]?.split('\n## ')[0] ?? '';
  return [...text.matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gm)].flatMap(([, gate = '', by]) =>
    by === fault ? [gate] : [],
  );
}
