import type { Command } from '@commander-js/extra-typings';
import type { Finding } from '../server/needs.js';

/** `golive doctor`: what golive needs, and what of it is here. */
export function register(program: Command): void {
  program
    .command('doctor')
    .summary('check what golive needs')
    .description(
      'Look for everything golive needs and tell how to get what is missing. Changes nothing. Exits 2 when something required cannot be had.',
    )
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', '\nExample:\n  golive doctor')
    .action(async (options) => {
      const { findNeeds } = await import('../server/needs.js');
      const findings = await findNeeds();
      const ok = findings.every(({ required, state }) => !required || state !== 'missing');
      process.stdout.write(options.json ? `${JSON.stringify({ ok, findings }, null, 2)}\n` : render(findings));
      const lacking = findings.filter(({ required, state }) => required && state === 'missing').map(({ need }) => need);
      process.stderr.write(
        ok ? 'Everything required is here or can be had.\n' : `Missing and required: ${lacking.join(', ')}\n`,
      );
      if (!ok) process.exitCode = 2;
    });
}

const MARKS: Record<Finding['state'], string> = { found: '✓', obtainable: '↓', missing: '✗' };

function render(findings: Finding[]): string {
  const width = Math.max(...findings.map(({ need }) => need.length));
  const lines = findings.flatMap(({ need, state, required, what, where, remedy }) => [
    `${MARKS[state]} ${need.padEnd(width)}  ${required ? 'required' : 'optional'}  ${what}${where ? `  ${where}` : ''}`,
    ...(remedy ? [`${' '.repeat(width + 4)}→ ${remedy}`] : []),
  ]);
  return `${lines.join('\n')}\n`;
}
