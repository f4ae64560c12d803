import { createPublicKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sha256 } from '../../evidence/durable.js';
import { type Trust, verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import { isJsonObject } from '../../model/json.js';
import type { SampleRecord } from '../../model/judge/window.js';
import { shareBounds } from '../../model/judge/window-share.js';
import type { GoLiveState } from '../../model/state/state.js';
import { Bundle } from '../kits/bundles.js';
import { type CanaryService, canaryService, type Look } from '../kits/canary-service.js';
import { eventsOf } from '../kits/step-run.js';
import { RealProject } from '../kits/real-go-live.js';
import { testSealer } from '../kits/sealer.js';
import { eventually } from '../kits/until.js';

/** Looks that a window has. */
const MOST = 12;
const LIMIT = 0.02;
const traffic = (errors: number, requests = 300): Look => ({ requests, errors });

/** What each look at a canary finds, and what its window says beside its rhythm. */
const SHARE = 'share: { part: it.values.errors, whole: it.values.requests, counts: total, atMost: 0.02 }';
const CANARIES: Record<string, { look: (n: number) => Look; window: string; guards?: string; gates?: string[] }> = {
  good: { look: () => traffic(0), window: SHARE },
  bad: { look: () => traffic(60), window: SHARE },
  // Good for some looks, and then not: it is certain before the end, and not at once.
  turns: { look: (n) => (n < 3 ? traffic(4) : traffic(30)), window: SHARE },
  never: { look: () => traffic(2, 100), window: SHARE },
  // Three looks say nothing: with two of them forgiven the third ends it, whatever the others found.
  silent: { look: (n) => (n % 2 === 0 ? '{ "requests": 5000 }' : traffic(1, 60)), window: `${SHARE}, maxRed: 2` },
  restarts: { look: (n) => (n === 3 ? '{ "requests": 5, "errors": 0 }' : traffic(4)), window: SHARE },
  guarded: { look: () => traffic(6), window: SHARE, guards: 'guards: [many]' },
  few: { look: (n) => (n === 2 ? traffic(9) : traffic(0)), window: 'green: it.values.errors < 1009, maxRed: 1' },
  fine: { look: () => traffic(0), window: 'green: it.values.errors == 1000, maxRed: 1' },
  judged: {
    look: () => traffic(0),
    window: SHARE,
    gates: [
      '{ id: upper, value: steps.canary.upper, atMost: 0.02 }',
      '{ id: end, value: steps.canary.end, equals: reached }',
    ],
  },
};

const runbook = (name: string, url: string): string => {
  const { window = SHARE, guards, gates } = CANARIES[name] ?? {};
  const lines = [
    'schema: 1',
    `id: ${name}`,
    'title: Canary',
    'roles: { sre: SRE }',
    ...(guards ? ['guards: { many: { title: Many errors, trips: it.part > 40 } }'] : []),
    'phases:',
    '  - id: canary',
    '    steps:',
    `      - { id: deploy, uses: file.write, with: { path: ${name}.txt, content: new } }`,
    '      - id: canary',
    '        uses: http.read',
    `        with: { url: "${url}", values: { requests: $.requests, errors: $.errors } }`,
    ...(guards ? [`        ${guards}`] : []),
    '        window:',
    `          { every: 150ms, within: ${MOST * 150}ms, late: 1m, ${window} }`,
    ...(gates ? ['    gates:', ...gates.map((gate) => `      - ${gate}`)] : []),
    '    onFail: { rollback: R1 }',
    'rollbacks:',
    `  R1: { title: Back, steps: [{ id: note, uses: file.write, with: { path: ${name}-back.txt, content: back } }] }`,
  ];
  return `${lines.join('\n')}\n`;
};

let project: RealProject;
let service: CanaryService;
const ended: Record<string, GoLiveState> = {};
let trust: Trust;
beforeAll(async () => {
  project = new RealProject();
  project.file('golive.yaml', 'approvals: { level: declared }\n');
  service = await canaryService((name, n) => CANARIES[name]?.look(n) ?? traffic(0, 5));
  await project.serving(async (start) => {
    // It would be certain soon, were it not stopped.
    project.file('stopped.yaml', runbook('stopped', service.url('stopped')));
    const stopped = await start(await project.plan('stopped.yaml', 'stopped'), 'Cy');
    await eventually('the first looks', 30_000, () => service.looks('stopped').length > 1);
    await stopped.send('abort', { by: 'Cy', reason: 'enough' });
    ended.stopped = await stopped.result();
    for (const name of Object.keys(CANARIES)) {
      project.file(`${name}.yaml`, runbook(name, service.url(name)));
      ended[name] = await (await start(await project.plan(`${name}.yaml`, name), 'Cy')).result();
    }
  });
  trust = {
    keys: [testSealer({ privateKey: project.key(), publicKey: createPublicKey(project.key()) }).key.fingerprint],
  };
}, 180_000);
afterAll(async () => {
  await service?.close();
  project?.close();
}, 60_000);

/** What became of the window of a canary, by the event log. */
function outcome(name: string): { type: string; outputs: Record<string, unknown>; code?: unknown } {
  const events = eventsOf(project.bundle(name));
  const last = events.findLast(({ step, type }) => step === 'canary' && /^step\.(done|failed)$/.test(String(type)));
  const { type, outputs, facts, code } = last ?? {};
  const found = outputs ?? facts;
  return { type: String(type), outputs: isJsonObject(found) ? found : {}, code };
}

/** At which look the answer was certain, by what the service told; counting begins at the first. */
function certainAt(name: string): number | undefined {
  let [part, whole] = [0, 0];
  const at = service.looks(name).findIndex((look, index) => {
    if (typeof look === 'string' || index === 0) return false;
    [part, whole] = [part + look.errors, whole + look.requests];
    const { lower, upper } = shareBounds({ part, whole });
    return upper <= LIMIT || lower > LIMIT;
  });
  return at < 0 ? undefined : at + 1;
}

const rolledBack = (name: string): boolean => existsSync(join(project.folder, `${name}-back.txt`));

describe('a canary ends within two samples of certainty', () => {
  test.each(['good', 'judged'])('%s: GO, before its time is over, and what was deployed stands', (name) => {
    const { type, outputs } = outcome(name);
    const certain = certainAt(name) ?? Number.NaN;
    expect([type, outputs.end, outputs.part, outputs.looks]).toEqual(['step.done', 'reached', 0, outputs.slots]);
    expect(outputs.slots).toBeLessThan(MOST / 2);
    expect(Number(outputs.slots) - certain).toBeLessThanOrEqual(2);
    expect(Number(outputs.slots) - certain).toBeGreaterThanOrEqual(0);
    expect(service.looks(name)).toHaveLength(Number(outputs.slots));
    expect([ended[name]?.verdict, rolledBack(name)]).toEqual(['go', false]);
  });

  test.each(['bad', 'turns'])('%s: NO-GO, before its time is over, and rolled back', (name) => {
    const { type, outputs, code } = outcome(name);
    const certain = certainAt(name) ?? Number.NaN;
    expect([type, code, outputs.end]).toEqual(['step.failed', 'EXPECTATION_FAILED', 'out-of-reach']);
    expect(outputs.slots).toBeLessThan(MOST);
    expect(Number(outputs.slots) - certain).toBeLessThanOrEqual(2);
    expect(Number(outputs.slots) - certain).toBeGreaterThanOrEqual(0);
    expect([ended[name]?.verdict, rolledBack(name)]).toEqual(['no-go', true]);
    expect(existsSync(join(project.folder, `${name}.txt`))).toBe(false);
  });

  test('one that is never certain runs to its end, and is no GO', () => {
    const { type, outputs } = outcome('never');
    expect([type, outputs.end, outputs.slots, certainAt('never')]).toEqual([
      'step.failed',
      'time-over',
      MOST,
      undefined,
    ]);
    expect([ended.never?.verdict, rolledBack('never')]).toEqual(['no-go', true]);
    expect(ended.never?.phases[0]?.sentence).toContain('needs ≤ 2 %: not certain at sample 12 of 12.');
  });
});

describe('what is not known helps no GO', () => {
  test('samples without figures are red, and one more than may be ends it', () => {
    const { outputs } = outcome('silent');
    expect(outputs).toMatchObject({ end: 'out-of-reach', red: 3, slots: 6, looks: 3 });
    expect(ended.silent?.verdict).toBe('no-go');
  });

  test('a counter that went down tells nothing of what came in between', () => {
    expect(outcome('restarts').outputs).toMatchObject({ end: 'out-of-reach', red: 1, slots: 3 });
    const text = Bundle.copyOf(project.bundle('restarts'));
    copies.push(text);
    expect(text.text('data/phases/canary.1/canary/samples.jsonl')).toContain('what came in between is not known');
  });
});

test('an abort ends it at once: what was deployed is taken back, and nobody looks any more', async () => {
  expect(ended.stopped?.verdict).toBe('no-go');
  expect(existsSync(join(project.folder, 'stopped.txt'))).toBe(false);
  expect(service.looks('stopped').length).toBeLessThan(MOST);
  const { exitCode, findings } = await judged('stopped');
  expect({ exitCode, findings }).toEqual({ exitCode: 0, findings: [] });
});

test('a guard over what was counted ends it at once, and is told as one', () => {
  const { code, outputs } = outcome('guarded');
  expect([code, outputs.guard, outputs.part, outputs.slots]).toEqual(['GUARD_TRIPPED', 'many', 42, 8]);
  expect(ended.guarded?.verdict).toBe('no-go');
});

test('with so many bad samples at most, it ends as soon as the rest cannot change it', () => {
  expect(outcome('few').outputs).toMatchObject({ end: 'out-of-reach', red: 2, slots: 3 });
  expect(outcome('fine').outputs).toMatchObject({ end: 'reached', green: MOST - 1, slots: MOST - 1 });
  expect(ended.fine?.verdict).toBe('go');
});

const copies: Bundle[] = [];
afterAll(() => {
  for (const copy of copies) copy.remove();
});

async function judged(name: string, ...attack: ((bundle: Bundle) => void)[]) {
  const bundle = Bundle.copyOf(project.bundle(name));
  copies.push(bundle);
  for (const change of attack) change(bundle);
  await bundle.reseal(project.key());
  return verifyBundle(bundle.root, trust, recomputeOutputs);
}

/** The records of the window as somebody would like them, with every hash that speaks of them, and what they come to. */
function recorded(
  change: (all: SampleRecord[]) => SampleRecord[],
  outputs: Record<string, string | number>,
): (bundle: Bundle) => void {
  return (bundle) => {
    const file = 'phases/canary.1/canary/samples.jsonl';
    const before = bundle.text(`data/${file}`).trimEnd().split('\n');
    const text = change(before.map((line): SampleRecord => JSON.parse(line)))
      .map((record) => `${JSON.stringify(record)}\n`)
      .join('');
    bundle.write(`data/${file}`, text);
    const fits = (refs: unknown): void => {
      for (const ref of Array.isArray(refs) ? refs : [])
        if (ref.path === file) Object.assign(ref, { sha256: sha256(text), bytes: Buffer.byteLength(text) });
    };
    bundle.events((events) => {
      for (const event of events) {
        fits(event.evidence);
        if (event.type === 'step.done' && event.step === 'canary' && isJsonObject(event.outputs))
          Object.assign(event.outputs, outputs);
      }
    });
    bundle.state((state) => state.phases.forEach((phase) => phase.steps.forEach(({ evidence }) => fits(evidence))));
  };
}

describe('verify computes the end again', () => {
  test.each(Object.keys(CANARIES))('%s: its bundle is good as it is', async (name) => {
    const { exitCode, findings } = await judged(name);
    expect({ exitCode, findings }).toEqual({ exitCode: 0, findings: [] });
  });

  test.each<[string, RegExp, (bundle: Bundle) => void]>([
    [
      'cut short without certainty',
      /the window was cut short: nothing was certain at slot 2 of 12/,
      recorded((all) => all.slice(0, 2), { slots: 2, green: 2, streak: 2, longest: 2, looks: 2 }),
    ],
    [
      'with a sample behind its end',
      /comes after the end/,
      recorded((all) => [...all, ...all.slice(-1).map((one) => ({ ...one, n: all.length + 1 }))], {}),
    ],
    [
      'that counts more than its answers say',
      /slot 2 counts otherwise than it says/,
      recorded((all) => all.map((one) => (one.n === 2 ? { ...one, counted: { part: 0, whole: 90_000 } } : one)), {}),
    ],
    [
      'that is said to have ended for another reason',
      /other figures than the log/,
      recorded((all) => all, { end: 'time-over' }),
    ],
  ])('a window %s is refused', async (_, words, attack) => {
    const { exitCode, findings } = await judged('good', attack);
    expect(exitCode).toBe(13);
    expect(findings.map(({ item, message }) => `${item} ${message}`).join('\n')).toMatch(words);
  });
});
