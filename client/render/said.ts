import type { StepRecord } from '../../model/state/state.js';
import { clean } from './text.js';

/** Lines of it that are shown; the evidence has all. */
const LINES = 5;

/** What a program said before its step failed, line by line below the cause; nothing where the cause says it all. */
export function saidLines({ failure, status }: StepRecord, indent: string): string[] {
  if (failure?.said === undefined || (status !== 'failed' && status !== 'undo-failed')) return [];
  const lines = failure.said.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(-LINES).map((line) => `${indent}${clean(line, 200)}`);
}
