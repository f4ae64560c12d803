import { changeOf } from '../../model/plan/address.js';
import { inputsAgain } from '../../model/plan/input-text.js';
import type { GoLiveState } from '../../model/state/state.js';
import { shellWord } from '../../model/text/shell-word.js';
import type { Extras } from './extras.js';
import { modeText } from './words.js';

const FIGURES_AGAIN =
  'Every figure of the gates can be computed again from the raw records below `data/phases/`; `data/plan.json` says how.';

/** Commands, run in the bundle's folder, that check that nothing was altered. */
export function verifyCommands(state: GoLiveState): string[] {
  const digest = state.bundle?.digest;
  return [
    'sha256sum -c manifest-sha256.txt',
    'sha256sum -c tagmanifest-sha256.txt',
    ...(digest ? [`sha256sum data/approved-manifest.txt   # must print ${digest.replace(/[^0-9a-f]/g, '')}`] : []),
    `golive verify . --key SHA256:…${state.signing?.level === 'signed' ? ' --signers allowed_signers' : ''}   # the key of the worker: golive doctor there prints it`,
  ];
}

/** Commands that take the same runbook, target and inputs again, or take back the same go-live. */
export function againCommands(state: GoLiveState, extras: Extras): string[] {
  if (state.takesBack) return takeBackCommands(state, state.takesBack);
  const runbook = extras.runbookKept ? 'data/runbook.yaml' : 'runbook.yaml';
  const inputs = inputsAgain(extras.inputs).map((given) => `--input ${shellWord(given)}`);
  const scale = state.mode === 'rehearse' ? [`--time-scale ${state.timeScale}`] : [];
  const start = [
    `golive start ${runbook}`,
    `--target ${shellWord(state.target)}`,
    `--change ${shellWord(`${state.change}-again`)}`,
    `--mode ${state.mode}`,
    ...scale,
    ...inputs,
    '--wait',
  ];
  return [
    `sha256sum ${runbook}   # must print ${state.runbook.sha256.replace(/[^0-9a-f]/g, '')}`,
    `golive validate ${runbook}`,
    start.join(' \\\n  '),
  ];
}

function takeBackCommands({ target }: GoLiveState, takesBack: NonNullable<GoLiveState['takesBack']>): string[] {
  const { goLive, bundle, rollback, reason } = takesBack;
  const which = rollback === undefined ? '' : `${shellWord(rollback)} `;
  const why = reason === undefined ? '' : ` --reason ${shellWord(reason)}`;
  return [
    `sha256sum data/first/tagmanifest-sha256.txt   # must print ${bundle.replace(/[^0-9a-f]/g, '')}`,
    `golive rollback ${shellWord(target)} ${which}--change ${shellWord(changeOf(goLive))}${why}   # refused where nothing of it stands`,
  ];
}

/** What doing the same again needs, a sentence each. */
function againNeeds({ takesBack }: Pick<GoLiveState, 'takesBack'>): string[] {
  if (!takesBack) {
    return [
      'With the runbook as it was executed and every input as it was settled.',
      'Relative paths of the runbook start at its own folder, so copy it to where it stood before.',
      'Secrets are given by reference and are not in this bundle.',
    ];
  }
  return [
    'It took back an earlier go-live and has no inputs of its own: what was undone, and how, stands in the sealed bundle of that one.',
    'Of that bundle, `data/first/` keeps the seal, the manifests, the plan and the state.',
    'Where it lies, with the backups of its steps beside it, the same is asked for again by:',
  ];
}

/** `REPRODUCE.md`: how to check this bundle, and how to get another like it. */
export function reproduceText(state: GoLiveState, extras: Extras): string {
  const block = (commands: readonly string[]) =>
    commands.flatMap((command) => command.split('\n')).map((line) => `    ${line}`);
  return `${[
    '# How to verify and to reproduce',
    '',
    `Mode: ${modeText(state)}. Plan digest: ${state.planDigest.replace(/[^0-9a-f]/g, '')}.`,
    '',
    '## Verify that nothing was altered',
    '',
    'In the folder that holds `manifest-sha256.txt`; the first three need no golive:',
    '',
    ...block(verifyCommands(state)),
    '',
    '`data/events.jsonl` is the log of all that happened. Each line holds in `prev` the SHA-256 of a zero byte followed by',
    'the line before it (the first: 64 zeros); the last line is the seal.',
    '',
    '## Do the same again',
    '',
    ...againNeeds(state),
    '',
    ...block(againCommands(state, extras)),
    ...(state.takesBack ? [] : ['', FIGURES_AGAIN]),
  ].join('\n')}\n`;
}
