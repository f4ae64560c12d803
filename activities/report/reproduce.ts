import type { GoLiveState } from '../../model/state.js';
import { modeText } from './words.js';

/** The tracked commands that show where the bundle came from and how to do it again, as Markdown. */
export function reproduceText(state: GoLiveState): string {
  const { runbook, target, change, planDigest } = state;
  return `# How to check and to reproduce

${modeText(state)} · go-live \`${state.id}\`

The runbook as executed is \`runbook.yaml\` (SHA-256 \`${runbook.sha256}\`), the plan with every input is \`plan.json\`
(SHA-256 of its canonical JSON \`${planDigest}\`).

## Check that nothing was changed

Run in the folder that holds \`bagit.txt\`:

    sha256sum -c manifest-sha256.txt
    sha256sum -c tagmanifest-sha256.txt

## Look at the runbook without running it

    golive validate data/runbook.yaml
    golive plan data/runbook.yaml --target ${target}

## Run it again

Inputs stand in \`plan.json\` under \`plan.inputs\`; give each one that differs from the runbook's default with \`--input\`.

${
  state.mode === 'live'
    ? `    golive start data/runbook.yaml --target ${target} --change ${change}-again --mode live`
    : `    golive rehearse ${runbook.id} --time-scale ${state.timeScale}`
}
`;
}
