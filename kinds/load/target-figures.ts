import { z } from 'zod';
import { largest } from '../../model/largest.js';
import { ReadingError } from '../shared/reading.js';

/** A look at the process of the service and all that it started. */
export interface TargetSample {
  /** Milliseconds after the load began. */
  atMs: number;
  /** None while it does not run. */
  processes: number;
  /** Percent of one processor since the look before; unknown at the first one, and when another process had begun. */
  cpuPercent?: number | undefined;
  rssBytes?: number | undefined;
  openFiles?: number | undefined;
}

const count = z.int();

export const targetOutput = z
  .object({
    samples: count.describe('Looks at it.'),
    gone: count.describe('Looks at which it did not run.'),
    cpuMean: z.number().optional().describe('Percent of one processor; mean of the looks.'),
    cpuMax: z.number().optional(),
    rssMax: count.optional().describe('Bytes in memory, most of all looks.'),
    openFilesMax: count.optional().describe('Absent where the system does not show them.'),
  })
  .describe('The `process` while the load ran, with all that it started; absent where it was not sampled.');

const HEADER = 'ms,processes,cpu_percent,rss_bytes,open_files';
const ROW = /^(\d{1,12}),(\d{1,6}),(\d{1,8}(?:\.\d)?|),(\d{1,16}|),(\d{1,9}|)$/;

export function targetCsv(samples: readonly TargetSample[]): string {
  const cell = (value: number | undefined): string => (value === undefined ? '' : String(value));
  const lines = samples.map(({ atMs, processes, cpuPercent, rssBytes, openFiles }) =>
    [String(atMs), String(processes), cell(cpuPercent), cell(rssBytes), cell(openFiles)].join(','),
  );
  return `${[HEADER, ...lines].join('\n')}\n`;
}

/** @throws ReadingError CHECK_FAILED for what `targetCsv` does not write */
export function samplesOfCsv(text: string): TargetSample[] {
  const [header, ...lines] = text.trimEnd().split('\n');
  return lines.map((line) => {
    const found = ROW.exec(line);
    if (header !== HEADER || found === null)
      throw new ReadingError('CHECK_FAILED', `A look at the process cannot be read: ${line.slice(0, 80)}`);
    const [, atMs, processes, ...more] = found;
    const [cpuPercent, rssBytes, openFiles] = more.map((cell) => (cell === '' ? undefined : Number(cell)));
    return { atMs: Number(atMs), processes: Number(processes), cpuPercent, rssBytes, openFiles };
  });
}

export function targetFigures(samples: readonly TargetSample[]): z.infer<typeof targetOutput> {
  const known = (figure: 'cpuPercent' | 'rssBytes' | 'openFiles'): number[] =>
    samples.map((one) => one[figure]).filter((value) => value !== undefined);
  const [cpu, rss, files] = [known('cpuPercent'), known('rssBytes'), known('openFiles')];
  const tenths = (value: number): number => Math.round(value * 10) / 10;
  return {
    samples: samples.length,
    gone: samples.filter(({ processes }) => processes === 0).length,
    ...(cpu.length === 0
      ? {}
      : { cpuMean: tenths(cpu.reduce((sum, one) => sum + one, 0) / cpu.length), cpuMax: largest(cpu) ?? 0 }),
    ...(rss.length === 0 ? {} : { rssMax: largest(rss) ?? 0 }),
    ...(files.length === 0 ? {} : { openFilesMax: largest(files) ?? 0 }),
  };
}
