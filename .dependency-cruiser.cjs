/** The rooms and who may import whom. Each message says the way out. */
const room = (name) => `^${name}/`;
const OUTER = '^(workflows|activities|workers|client)/';

module.exports = {
  forbidden: [
    {
      name: 'model-is-pure',
      comment: 'model/ judges values: no Node, no Temporal, no rooms. Pass what you need as a parameter from the room that has it.',
      severity: 'error',
      from: { path: room('model') },
      to: { path: `^(workflows|activities|workers|wire|client|lab|test)/|^node_modules/@temporalio/`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'model-no-node',
      comment: 'model/ runs inside the workflow sandbox: no Node built-ins. Do the I/O in an activity and hand the value in.',
      severity: 'error',
      from: { path: room('model') },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'zod-only-in-schema',
      comment: 'zod lives under model/schema/ (it would add 0.9 MB to the workflow bundle). Put a plain type in model/ and its parser in model/schema/.',
      severity: 'error',
      from: { path: room('model'), pathNot: '^model/schema/' },
      to: { path: '^node_modules/zod/|^model/schema/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-are-thin',
      comment: 'workflows/ use model/ and @temporalio/workflow only; act through proxies in workflows/activities.ts.',
      severity: 'error',
      from: { path: room('workflows') },
      to: { path: '^(activities|workers|wire|client|lab)/|^model/schema/|^node_modules/(zod|undici|pino|execa)/' },
    },
    {
      name: 'activities-know-no-workflows',
      comment: 'activities/ speak the contract in model/state/contract.ts; nothing of workflows/, workers/ or client/.',
      severity: 'error',
      from: { path: room('activities') },
      to: { path: '^(workflows|workers|wire|client|lab)/' },
    },
    {
      name: 'workers-name-workflows-by-path',
      comment: 'workers/ wire activities to a Worker and name the workflows by path; they import no workflow and no client.',
      severity: 'error',
      from: { path: room('workers') },
      to: { path: '^(workflows|client|lab)/' },
    },
    {
      name: 'client-stands-alone',
      comment: 'client/ speaks model/ and the Temporal client. Reach worker and lab as child processes or by dynamic import.',
      severity: 'error',
      from: { path: room('client') },
      to: { path: '^(workflows|activities|workers|lab)/', dynamic: false },
    },
    {
      name: 'lab-is-a-world-of-its-own',
      comment: 'lab/ is the system that runbooks act on; it must not know golive.',
      severity: 'error',
      from: { path: room('lab') },
      to: { path: `${OUTER}|^(model|wire)/` },
    },
    {
      name: 'wire-stands-alone',
      comment:
        'wire/ says how client and worker reach the Temporal server: transport and payload encryption. It knows no runbooks and no rooms; hand values in, or put what it needs beside it.',
      severity: 'error',
      from: { path: room('wire') },
      to: { path: `${OUTER}|^(model|lab|test)/` },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that import each other: move what both need into a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'], conditionNames: ['import', 'node', 'default'] },
    parser: 'swc',
  },
};
