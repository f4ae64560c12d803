import { stringify } from 'csv-stringify/sync';
import { stateOf } from '../git/code-state.js';
import { gitAround } from '../git/repository.js';
import { exactJson } from '../shared/json.js';
import { readWhole } from '../shared/read-file.js';
import { realPlace } from '../shared/tree.js';
import { asStep } from '../shared/as-step.js';
import { baselineOf } from './findings.js';
import { SecretSearch } from './search-secrets.js';
import { countSecrets, type FoundSecret } from './secret-findings.js';
import type { securitySecrets as kind } from './security.secrets.kind.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

const SHOWN = 12;

export const securitySecrets: HandlerOf<typeof kind> = {
  async do({ folder, baseline: name, largest }, context) {
    const kept = name === undefined ? undefined : await readWhole(context.path(name), 'The baseline');
    const baseline = asStep(() =>
      kept === undefined ? [] : baselineOf(exactJson(kept.toString('utf8')), name ?? 'The baseline'),
    );
    const place = context.path(folder);
    const inFolder = await gitAround(place, context);
    if (inFolder === undefined) {
      throw new StepError('NOT_FOUND', `The search counts as not run: ${place} belongs to no work tree of git.`, {
        hint: 'Name a folder of a clone, with its work tree.',
      });
    }
    if ((await inFolder.line('rev-parse', '--is-shallow-repository')) !== 'false') {
      throw new StepError('EXPECTATION_FAILED', `The search counts as not run: the history of ${place} is not whole.`, {
        hint: 'Fetch its whole history: git fetch --unshallow.',
      });
    }
    const top = (await inFolder.text('rev-parse', '--show-toplevel')).replace(/\n$/, '');
    const git = (await gitAround(top, context)) ?? inFolder;
    const at = context.now().toISOString();
    const { timeoutMs, goLive } = context.task;
    const evidence = await realPlace(goLive.evidenceDir);
    const { found, skipped, ...counts } = await new SecretSearch(
      git,
      top,
      { largest, timeoutMs, evidence },
      context,
    ).run();
    const { commit, clean } = await stateOf(top, git, (path) => gitAround(path, context));
    const search = {
      at,
      commit,
      dirty: !clean,
      ...counts,
      skipped: skipped.length,
      found: found.toSorted((a, b) => order(a.path, b.path) || a.line - b.line || order(a.id, b.id)),
    };
    await context.evidence.write('search.json', `${JSON.stringify(search, null, 2)}\n`);
    if (kept !== undefined) await context.evidence.write('baseline.json', kept);
    const outputs = countSecrets(search, baseline);
    await context.evidence.write('secrets.csv', tableOf(search.found));
    const rows = skipped.map(({ what, why }) => [what, why]);
    await context.evidence.write('skipped.csv', stringify([['what', 'why'], ...rows], { escape_formulas: true }));
    const { findings, tree, history, accepted, scannedFiles, scannedBlobs } = outputs;
    return {
      outputs,
      summary: `${findings} secrets (${tree} in the work tree, ${history} in the history), ${accepted} reviewed; ${scannedFiles} files and ${scannedBlobs} contents of the history at ${search.commit.slice(0, SHOWN)}, ${skipped.length} skipped`,
    };
  },
};

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function tableOf(found: readonly FoundSecret[]): string {
  const rows = found.map((one) => [
    one.rule,
    one.path,
    one.line,
    one.commit,
    one.tree ? 'yes' : 'no',
    one.history ? 'yes' : 'no',
    one.id,
  ]);
  const names = ['rule', 'path', 'line', 'commit', 'tree', 'history', 'id'];
  return stringify([names, ...rows], { escape_formulas: true });
}
