/** The rooms and who may import whom. Each message says the way out. */
const ROOMS = ['model', 'host', 'wire', 'evidence', 'activities', 'kinds', 'workflows', 'workers', 'client', 'lab', 'test'];
const room = (name) => `^${name}/`;
/** Every room but those that a room may import. */
const others = (...may) => `^(${ROOMS.filter((name) => !may.includes(name)).join('|')})/`;
/** What activities/ promise to kinds: the context with its capabilities, the error, and how a connection is shown. */
const CONTRACT = '^activities/step/(step|step-error|last-words|connection|retry-after)\\.ts$';
/** What a kind takes, without what it does: client/ may read it. */
const CATALOGUE = ['^kinds/catalog\\.ts$', '^kinds/[^/]+/[^/]+\\.kind\\.ts$'];

/** Pure packages that judgements may use. One that brings Node's types would open the sandbox for every file. */
const PURE = '^node_modules/(?!(@marcbachmann/cel-js|@babel/code-frame|fastest-levenshtein|re2js|yaml|zod)/)';

module.exports = {
  forbidden: [
    {
      name: 'model-is-pure',
      comment: 'model/ judges values: no Node, no Temporal, no rooms, no packages but those of the list PURE. Pass what you need as a parameter from the room that has it.',
      severity: 'error',
      from: { path: room('model') },
      to: { path: `${others('model')}|${PURE}` },
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
      comment: 'workflows/ use model/, @temporalio/workflow and a hash that is pure; act through proxies in workflows/activities.ts.',
      severity: 'error',
      from: { path: room('workflows') },
      to: { path: `${others('workflows', 'model')}|^model/schema/|^node_modules/(?!@temporalio/(workflow|common)/|@noble/hashes/)` },
    },
    {
      name: 'workflows-no-node',
      comment: 'workflows/ run in the sandbox of Temporal: no Node built-ins, since a replay must do the same again. Do the I/O in an activity.',
      severity: 'error',
      from: { path: room('workflows') },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'host-knows-no-golive',
      comment: 'host/ has the machine\'s own tools: processes, locks, failpoints. What knows of runbooks belongs into activities/ or evidence/.',
      severity: 'error',
      from: { path: room('host') },
      to: { path: others('host') },
    },
    {
      name: 'wire-stands-alone',
      comment:
        'wire/ says how client and worker reach the Temporal server: transport and payload encryption. It knows no runbooks and no rooms; hand values in, or put what it needs beside it.',
      severity: 'error',
      from: { path: room('wire') },
      to: { path: others('wire') },
    },
    {
      name: 'evidence-is-a-library',
      comment: 'evidence/ is used by worker and auditor alike: model/ and host/ only. Hand in what else it needs, and throw EvidenceError or EvidenceRefusal.',
      severity: 'error',
      from: { path: room('evidence') },
      to: { path: others('evidence', 'model', 'host') },
    },
    {
      name: 'activities-know-no-kinds',
      comment: 'activities/ run any kind: they take the kinds as a parameter (StepCalls), and know no workflow and no client.',
      severity: 'error',
      from: { path: room('activities') },
      to: { path: others('activities', 'model', 'evidence', 'host', 'wire') },
    },
    {
      name: 'kinds-use-the-contract',
      comment:
        'kinds/ use model/, evidence/, host/, and of activities/ only the contract in step/: take context.http, context.reach, context.secret, context.redact, context.env, context.run, context.checkPinned or context.inHeldFolder instead.',
      severity: 'error',
      from: { path: room('kinds') },
      to: { path: [others('kinds', 'model', 'activities', 'evidence', 'host'), room('activities')], pathNot: CONTRACT },
    },
    {
      name: 'kinds-reach-out-by-their-context',
      comment:
        'A kind sends with context.http, connects with the lookup of context.reach, and runs programs with context.run: they hold it to the plan. Another client stands in this rule, with its reason.',
      severity: 'error',
      from: {
        path: room('kinds'),
        pathNot: [
          // Connects with the lookup that context.reach gives.
          '^kinds/service/tcp\\.check\\.ts$',
          // Connects with the lookup that context.reach gives: the clients of databases are handed the socket.
          '^kinds/sql/socket\\.ts$',
          // Asks the ports of the services that it starts itself.
          '^kinds/stack/probe\\.ts$',
          // A process of its own, which is given the addresses that context.reach judged, and connects to no other.
          '^kinds/load/generator\\.ts$',
          // The same, of a fault; it must live on when its worker dies, so it is a child of a child of context.run.
          '^kinds/chaos/hold(er)?\\.ts$',
          // Starts services that go on when the worker dies; context.run ends what it runs.
          '^kinds/stack/native-service\\.ts$',
        ],
      },
      to: { path: ['^node_modules/(undici|execa)/', '^(node:)?(net|tls|http|https|http2|dgram|dns|dns/promises|child_process)$'] },
    },
    {
      name: 'what-a-kind-takes-is-pure',
      comment: '<kind>.kind.ts says what a kind takes and gives, so that client/ can read it: model/ and other schema files only. What it does stands beside it, in <kind>.ts.',
      severity: 'error',
      from: { path: CATALOGUE },
      to: { path: `${others('kinds', 'model')}|^node_modules/@temporalio/`, reachable: true },
    },
    {
      name: 'an-auditor-loads-no-worker',
      comment: 'Whoever verifies a bundle runs no worker\'s machinery: evidence/verify/ and kinds/recompute.ts reach neither activities/ nor a kind\'s hands, Temporal or execa, by whatever way. Put what gives the outputs again into <kind>.recompute.ts, pure, and let the hands import it from there.',
      severity: 'error',
      from: { path: ['^evidence/verify/', '^kinds/recompute\\.ts$', '^kinds/[^/]+/[^/]+\\.recompute\\.ts$'] },
      to: { path: '^(activities|workflows|workers)/|^kinds/hands\\.ts$|^node_modules/(@temporalio|execa)/', reachable: true },
    },
    {
      name: 'workers-name-workflows-by-path',
      comment: 'workers/ wire kinds and activities to a Worker and name the workflows by path; they import no workflow and no client.',
      severity: 'error',
      from: { path: room('workers') },
      to: { path: '^(workflows|client|lab)/' },
    },
    {
      name: 'client-stands-alone',
      comment: 'client/ speaks model/, wire/, host/, kinds/catalog.ts, kinds/recompute.ts, evidence/verify/ with what it shares (error, hash, credentials), and the Temporal client; a dynamic import is an import. Reach worker and lab as child processes.',
      severity: 'error',
      from: { path: room('client') },
      to: {
        path: others('client', 'model', 'wire', 'host'),
        pathNot: ['^kinds/(catalog|recompute)\\.ts$', '^evidence/(verify/|(error|hash|credentials)\\.ts$)'],
      },
    },
    {
      name: 'lab-is-a-world-of-its-own',
      comment: 'lab/ is the system that runbooks act on; it must not know golive.',
      severity: 'error',
      from: { path: room('lab') },
      to: { path: others('lab') },
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
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], extensions: ['.ts', '.js'], conditionNames: ['import', 'node', 'default'] },
    parser: 'swc',
  },
};
