import { dirname, join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { counted } from '../../model/text/counted.js';
import { asStep } from '../shared/as-step.js';
import { exactJson } from '../shared/json.js';
import { readWhole } from '../shared/read-file.js';
import type { Component } from './component.js';
import { licenceOutputs, listed } from './security.licences.recompute.js';
import type { securityLicences as kind } from './security.licences.kind.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

const LARGEST_LIST = 64 * 1024 * 1024;
const LARGEST_PACKAGE = 4 * 1024 * 1024;

export const securityLicences: HandlerOf<typeof kind> = {
  async do(input, context) {
    const { from } = input;
    const kept =
      input.baseline === undefined ? undefined : await readWhole(context.path(input.baseline), 'The baseline');
    const path = context.path('lock' in from ? from.lock : from.sbom);
    const whole = await readWhole(path, 'lock' in from ? 'The lock file' : 'The SBOM', LARGEST_LIST);
    // An address that it was got from may hold a password.
    const { bytes: list } = await context.bytesWithoutCredentials(whole);
    const { components } = asStep(() => listed(input, list));
    const installed = { at: context.now().toISOString(), licences: await licencesIn(dirname(path), components) };
    await context.evidence.write('list.json', list);
    await context.evidence.write('installed.json', `${JSON.stringify(installed, null, 2)}\n`);
    if (kept !== undefined) await context.evidence.write('baseline.json', kept);
    const { outputs, findings } = asStep(
      () => licenceOutputs(input, list, installed, kept),
      () => ({ evidence: context.evidence.refs() }),
    );
    const rows = findings.map((one) => [one.name, one.version, one.licence, one.why, one.id]);
    const table = [['component', 'version', 'licence', 'why', 'id'], ...rows];
    await context.evidence.write('licences.csv', stringify(table, { escape_formulas: true }));
    const { notAllowed, unknown, missing, accepted, leftOut, workspaces } = outputs;
    return {
      outputs,
      summary: `${outputs.components} component${outputs.components === 1 ? '' : 's'}: ${notAllowed} with a licence that is not allowed, ${unknown} with an unknown one, ${missing} without; ${accepted} reviewed, ${leftOut} left out${workspaces === 0 ? '' : `; ${counted(workspaces, 'workspace')} not looked at`}`,
    };
  },
};

const packageJson = z.looseObject({
  license: z.union([z.string(), z.looseObject({ type: z.string() })]).optional(),
  licenses: z.array(z.looseObject({ type: z.string() })).optional(),
});

/** What the installed packages say, of those of which the list says nothing. */
async function licencesIn(folder: string, components: readonly Component[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { licence, path } of components) {
    if (licence !== undefined || path === undefined) continue;
    // A lock file names places below it: another path is none of its components.
    if (path.split('/').includes('..')) continue;
    const said = await saidBy(join(folder, ...path.split('/'), 'package.json'));
    if (said !== undefined) found[path] = said;
  }
  return found;
}

async function saidBy(path: string): Promise<string | undefined> {
  try {
    const bytes = await readWhole(path, 'A package.json', LARGEST_PACKAGE);
    const { data } = packageJson.safeParse(exactJson(bytes.toString('utf8'), 'last'));
    const { license, licenses = [] } = data ?? {};
    if (license !== undefined) return typeof license === 'string' ? license : license.type;
    // Its old form is a choice.
    return licenses.length === 0 ? undefined : licenses.map(({ type }) => type).join(' OR ');
  } catch (error) {
    if (error instanceof StepError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
