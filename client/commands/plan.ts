import { Option } from '@commander-js/extra-typings';
import type { Command } from '@commander-js/extra-typings';
import { collectInput, parseMode, parseName } from '../terminal/options.js';

/** `golive plan`: what a runbook would do. */
export function register(program: Command): void {
  program
    .command('plan')
    .summary('show what a runbook would do')
    .description(
      'Show phases, steps, approvers, gates, undos, rollbacks and planned times. Runs nothing and opens no connection.',
    )
    .argument('<file>', 'a runbook, or the id of one in ./runbooks')
    .option('--input <name=value>', 'an input of the runbook; may be repeated', collectInput, {})
    .option('--mode <mode>', 'rehearse or live: live applies its guardrails', parseMode, 'rehearse' as const)
    .option('--target <id>', 'target that golive.yaml names', parseName)
    .option('-v, --verbose', 'also what each step is given (argv, addresses), conditions, gates, order of undos')
    .addOption(new Option('--json', 'print the plan as JSON').conflicts('mermaid'))
    .addOption(new Option('--mermaid', 'print a Mermaid flowchart').conflicts('json'))
    .addHelpText('after', '\nExample:\n  golive plan lcopilot-day3 --mode live --input minInterval=3s')
    .action(async (file, options) => {
      const { makePlan, openRunbook } = await import('../runbook/load.js');
      const opened = await openRunbook(file);
      const plan = await makePlan(opened, {
        target: options.target ?? opened.rehearsal?.target ?? 'target',
        change: 'plan',
        mode: options.mode,
        timeScale: 1,
        inputs: options.input,
        preview: true,
      });
      if (options.json) return void process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
      if (options.mermaid) {
        const { planMermaid } = await import('../../model/plan/mermaid.js');
        return void process.stdout.write(planMermaid(plan));
      }
      const { planText } = await import('../../model/plan/plan-text.js');
      const missing = Object.entries(opened.runbook.inputs ?? {})
        .filter(([name]) => !Object.hasOwn(plan.inputs, name))
        .map(([name, { about }]) => (about === undefined ? { name } : { name, about }));
      return void process.stdout.write(planText(plan, missing, options.verbose));
    });
}
