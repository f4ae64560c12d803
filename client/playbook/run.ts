import { planText } from '../../model/plan/plan-text.js';
import type { JsonObject } from '../../model/json.js';
import type { Runbook } from '../../model/schema/format/runbook.js';
import type { StartOptions } from '../go-live/start.js';
import { start } from '../go-live/start.js';
import { confirmLive } from '../terminal/confirm.js';
import { CliError } from '../errors.js';
import { openProject } from '../runbook/load.js';
import { talk } from '../terminal/tell.js';
import { findAction, findEntry, runbookOf } from './entries.js';
import { believe, lastRun, type LastOptions } from './last.js';

export interface RunOptions extends Omit<StartOptions, 'target' | 'change' | 'mode'>, Pick<LastOptions, 'from'> {
  target?: string | undefined;
  change?: string | undefined;
  mode?: 'rehearse' | 'live' | undefined;
  runbook?: string | undefined;
}

const LONGEST_CHANGE = 60;

/**
 * Starts the go-live of an action, as `golive start` does: what it would do is shown before, and somebody says yes.
 * Target, mode and inputs are those of the last run where nothing else is said.
 *
 * @throws CliError: exit 2 for bad input, 4 when nobody said yes or the target is busy
 */
export async function runAction(name: string, actionId: string, options: RunOptions): Promise<void> {
  const found = await findEntry(name, options.runbook);
  const action = findAction(found, actionId);
  const opened = await runbookOf(found, action);
  const last = lastRun(found.opened.id, { from: options.from, target: options.target });
  const believed = last && (await believe(last, {}));
  if (last && believed?.state === 'altered')
    throw new CliError('The evidence of the last run was altered: its inputs are not taken.', {
      exitCode: 10,
      where: last.directory,
      hint: 'Name another bundle with --from, or start the runbook yourself: golive start.',
    });
  const target = options.target ?? last?.plan.target.id;
  if (target === undefined)
    throw new CliError('There is no last run to take the target from.', { exitCode: 2, hint: 'Say --target TARGET.' });
  const mode = options.mode ?? last?.plan.mode ?? 'rehearse';
  const given = { ...(last ? carried(last.plan.inputs, opened.runbook, target) : {}), ...action.inputs };
  if (last)
    talk(`Inputs are those of ${last.plan.goLiveId}, laid over by the action's and yours. ${believed?.sentence ?? ''}`);
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const change = options.change ?? `${found.entry.id}-${stamp}`.slice(-LONGEST_CHANGE).replace(/^[^A-Za-z0-9]+/, '');
  await start(opened.file, { ...options, target, change, mode, yes: true, given }, async (plan) => {
    for (const line of planText(plan).trimEnd().split('\n')) talk(line);
    await confirmLive(
      `Start this${mode === 'live' ? ' LIVE' : ''} go-live on ${target}: ${action.title}?`,
      options.yes,
      {
        nothing: 'Nothing was started.',
        hint: `\`golive playbook show ${found.entry.id}\` shows what else there is.`,
      },
    );
  });
}

/** Inputs of the last run that the runbook has, too, of the same type; what golive.yaml gives the target now wins. */
function carried(before: JsonObject, { inputs = {} }: Runbook, target: string): JsonObject {
  const declared = openProject().project.targets?.[target]?.inputs ?? {};
  return Object.fromEntries(
    Object.entries(before).filter(([name]) => Object.hasOwn(inputs, name) && !Object.hasOwn(declared, name)),
  );
}
