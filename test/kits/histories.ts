import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const root = new URL('../../', import.meta.url).pathname;
export const historiesFolder = new URL('../histories/', import.meta.url).pathname;

/** Executions of one go-live: the parent and every phase and rollback that it started, in order. */
export async function executionsOf(client: Client, workflowId: string, runId?: string): Promise<string[]> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const children = (history.events ?? []).flatMap((event) => {
    const id = event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId;
    return id ? [id] : [];
  });
  const below = await Promise.all(children.map((id) => executionsOf(client, id)));
  return [workflowId, ...below.flat()];
}

/**
 * Writes the histories of a go-live to `test/histories/<name>.<n>.json`, named after what they lock. Only with
 * GOLIVE_RECORD=1: a recorded history is the past, and is replayed, never refreshed, unless a `patched()` entry says why.
 *
 * @param runId the execution of the go-live, when it is not the newest
 */
export async function recordAs(client: Client, workflowId: string, name: string, runId?: string): Promise<void> {
  if (process.env.GOLIVE_RECORD !== '1') return;
  await mkdir(historiesFolder, { recursive: true });
  for (const [index, id] of (await executionsOf(client, workflowId, runId)).entries()) {
    const history = await client.workflow.getHandle(id, index === 0 ? runId : undefined).fetchHistory();
    const type = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? 'phase';
    // Stack traces name the folder that the tests stood in; a record says nothing of the machine.
    // What fills a large message (`x`, in base64) is shortened; it stays too long to be read.
    const text = historyToJSON(history)
      .replaceAll(root, '')
      .replace(/(eHh4){1000,}/g, 'eHh4'.repeat(1000));
    await writeFile(`${historiesFolder}${name}.${index}-${type}.json`, text);
  }
}

/** Writes the histories of a go-live as those of the test that runs, under its name. */
export function recordTest(client: Client, workflowId: string): Promise<void> {
  const name = (expect.getState().currentTestName ?? 'unnamed').replace(/[^a-z]+/gi, '-').toLowerCase();
  return recordAs(client, workflowId, name.slice(0, 60));
}

export async function recordedHistories(): Promise<{ name: string; history: unknown }[]> {
  const files = (await readdir(historiesFolder)).filter((file) => file.endsWith('.json')).toSorted();
  return Promise.all(
    files.map(async (name) => ({
      name,
      history: JSON.parse(await readFile(historiesFolder + name, 'utf8')) as unknown,
    })),
  );
}
