import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { stackUp as kind } from './stack.up.kind.js';
import { tookText } from '../../model/duration.js';
import { checkStack, openStack } from './driver.js';
import type { StackContext } from './contract.js';
import { STACK_FILES } from './stack-fields.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { writeDurably } from '../../evidence/durable.js';
import { makeBackupFolder } from '../shared/backup.js';
import { exists } from '../shared/tree.js';
import { counted } from '../../model/text/counted.js';

/** The part of a step's time that may be waited, so that the error can name the service that lagged. */
const WAITED = 0.8;

/** What a deed remembers: who runs the stack, and the name of its backups. */
const kept = z.object({ driver: z.enum(['native', 'compose']), own: z.string().min(1) });
/** In the backups of a deed whose undo was carried out. */
const TAKEN_BACK = 'taken-back';
const GONE = 'Stop by hand what must not run, then say that the undo is done.';

/** By a name that no other deed has: services that it began say so, and go on when its evidence is long gone. */
function ownBackups(context: StepContext, own: string): StackContext {
  return { ...context, backups: join(context.backups, own) };
}

export const stackUp: HandlerOf<typeof kind> = {
  check: checkStack,
  async do(input, context) {
    await context.checkPinned(STACK_FILES, context.path(input.stack));
    const known = await recallKept(context);
    // What was taken back since is done anew.
    const anew = !known || (await exists(join(ownBackups(context, known.own).backups, TAKEN_BACK)));
    const own = anew ? randomUUID() : known.own;
    const mine = ownBackups(context, own);
    const stack = await openStack(input, mine);
    // From the memory on, a folder that is not there is one that was removed.
    await makeBackupFolder(mine);
    // The undo goes by the driver of the deed, whatever answers then.
    await context.remember({ driver: stack.name, own });
    const begun = performance.now();
    const { services, wait } = input;
    const timeoutMs = input.timeout ?? context.task.timeoutMs * WAITED;
    const { started, states } = await stack.up({ services, wait, timeoutMs });
    const waitedMs = Math.round(performance.now() - begun);
    const running = states.filter((state) => state.running).length;
    const healthy = states.filter((state) => state.healthy).length;
    return {
      outputs: { driver: stack.name, services: running, healthy, started, waitedMs },
      summary: `${counted(running, 'service')} ${running === 1 ? 'runs' : 'run'} (${stack.name}), ${healthy} of them ready, ${started} started now, after ${tookText(waitedMs)}${stack.said}`,
    };
  },
  async undo(input, context) {
    const known = await recallKept(context);
    if (!known) return { summary: 'nothing was started, nothing to undo' };
    const mine = ownBackups(context, known.own);
    const mark = join(mine.backups, TAKEN_BACK);
    if (await exists(mark)) return { summary: 'already taken back' };
    if (!(await exists(mine.backups))) throw lost(mine.backups);
    const stack = await openStack({ ...input, driver: known.driver }, mine);
    const { stopped, broughtBack, left, kept: there } = await stack.undoUp(context.task.timeoutMs * WAITED);
    const { deedDone, outputs } = context.task.undoes ?? {};
    if (!there && (deedDone || outputs)) throw lost(mine.backups);
    await writeDurably(mark, '', 0o600);
    const others = left.length > 0 ? `; ${left.join(', ')} left, which somebody else started since` : '';
    return {
      summary: `${counted(stopped, 'service')} stopped that the step had started, ${broughtBack} brought back as they ran before${others}; volumes stay`,
    };
  },
};

async function recallKept(context: StepContext): Promise<z.infer<typeof kept> | undefined> {
  const memory = await context.recall();
  if (!memory) return undefined;
  const read = kept.safeParse(memory);
  if (read.success) return read.data;
  throw new StepError('NOT_FOUND', 'What the step remembered of the stack cannot be read.', { hint: GONE });
}

function lost(backups: string): StepError {
  return new StepError('NOT_FOUND', `What ran before the step is gone from ${backups}.`, { hint: GONE });
}
