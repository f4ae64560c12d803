import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Project } from './cli.js';

/** Long: each is a whole rehearsal. `npm run test:faults` takes every fault; `npm test` some. */
const ALL = process.env.GOLIVE_ALL === '1';

interface Outcome {
  bundle: string | null;
  key: string | null;
  verdict: string;
  sentence: string;
  exitCode: number;
}
interface Fault {
  id: string;
  title: string;
  expect: { verdict: string; exit: number; sentence?: string };
}

/** A system that a runbook is rehearsed on. */
export interface RehearsedSystem {
  /** Name of its runbook. */
  name: string;
  /** The faults that its requirement asks for, in order of their names. */
  faults: readonly string[];
  /** Those of them that `npm test` takes. */
  sample: readonly string[];
  /** What its bundle must hold. */
  files: readonly string[];
  /** How long the rehearsal without a fault may take, where that is too long for `npm test`: all faults take it along. */
  longMs?: number;
  /** Looks at the rehearsal without a fault, while it runs. */
  meanwhile?: (project: Project, uiUrl: string) => Promise<void>;
  /** Looks at the `data` of its bundle, when it has ended. */
  after?: (data: string) => void;
  /** Looks at the `data` of the bundle of each rehearsal with a fault. */
  afterEachFault?: (data: string, fault: string) => void;
  /** What a rehearsal with a fault must have left, by the fault. */
  afterFault?: Readonly<Record<string, (left: Left) => void>>;
  /** Rehearsals without a fault that give inputs of their own, which must end with GO. */
  given?: readonly { title: string; inputs: readonly string[]; after: (left: Left) => void }[];
}

/** What a rehearsal leaves. */
export interface Left {
  /** The `data` of its bundle. */
  data: string;
  /** The folder of its lab. */
  lab: string;
}

/** Registers the tests of one system: its faults, the rehearsal without one, and rehearsals with. */
export async function testSystem(system: RehearsedSystem): Promise<void> {
  const { name, sample } = system;
  const declared = await faultsOf(name);
  let project: Project;
  const rows: string[] = [];
  beforeAll(async () => {
    project = await Project.open();
    const up = await project.run('up', '--detach');
    expect([up.code, up.stderr]).toEqual([0, up.stderr]);
  }, 120_000);
  afterAll(async () => {
    if (rows.length > 0) process.stderr.write(`\n${rows.join('\n')}\n`);
    await project.close();
  }, 60_000);
  const rehearse = (...more: string[]) =>
    project.json<Outcome>('rehearse', name, '--json', '--non-interactive', ...more);
  const verifies = async ({ bundle, key }: Outcome): Promise<void> => {
    const { code, stdout } = await project.run('verify', bundle ?? '', '--key', key ?? '');
    expect([code, stdout]).toEqual([0, expect.stringContaining('VERIFIED')]);
  };

  test('its faults are those of the requirement', () => {
    expect(declared.map(({ id }) => id).toSorted()).toEqual(system.faults);
  });

  const nothingBroken = (): void =>
    test(
      'nothing broken: GO, with every file of the requirement, and a bundle that verifies',
      async () => {
        const state = readFileSync(join(project.folder, '.golive', 'server.json'), 'utf8');
        const looking = system.meanwhile?.(project, (JSON.parse(state) as { uiUrl: string }).uiUrl);
        const [ended, looked] = await Promise.allSettled([rehearse(), looking]);
        if (ended.status === 'rejected') throw ended.reason;
        const { code, value } = ended.value;
        expect([code, value.verdict, value.sentence]).toEqual([0, 'go', value.sentence]);
        if (looked.status === 'rejected') throw looked.reason;
        const data = join(value.bundle ?? '', 'data');
        for (const file of system.files) expect([file, existsSync(join(data, file))]).toEqual([file, true]);
        await verifies(value);
        system.after?.(data);
      },
      system.longMs ?? 240_000,
    );
  // A long one is taken with all faults, and is no test of `npm test`.
  if (system.longMs === undefined || ALL) nothingBroken();

  const leftBy = ({ bundle }: Outcome): Left => {
    const labs = join(project.folder, '.golive', 'labs');
    const [newest = ''] = readdirSync(labs).toSorted((one, other) => numberOf(other) - numberOf(one));
    return { data: join(bundle ?? '', 'data'), lab: join(labs, newest) };
  };

  for (const { title, inputs, after } of system.given ?? []) {
    test(`with inputs of its own: ${title}`, async () => {
      const { code, value } = await rehearse(...inputs.flatMap((input) => ['--input', input]));
      expect([code, value.verdict, value.sentence]).toEqual([0, 'go', value.sentence]);
      after(leftBy(value));
    }, 240_000);
  }

  const taken = declared.filter(({ id }) => ALL || sample.includes(id));
  // A table without a row is an error to jest.
  if (taken.length === 0) return;
  test.each(taken)(
    'fault $id: $title',
    async ({ id, expect: wanted }) => {
      const { code, value, stderr } = await rehearse('--fault', id);
      rows.push(`| ${name} | ${id} | ${value.verdict} | ${code} | ${value.sentence} |`);
      expect(stderr).toContain(`Fault ${id}: as expected.`);
      expect([code, value.verdict]).toEqual([wanted.exit, wanted.verdict]);
      if (wanted.sentence) expect(value.sentence).toContain(wanted.sentence);
      await verifies(value);
      system.afterFault?.[id]?.(leftBy(value));
      system.afterEachFault?.(join(value.bundle ?? '', 'data'), id);
    },
    system.longMs ?? 240_000,
  );
}

/** Of the folder `<lab>-<number>`. */
const numberOf = (folder: string): number => Number(folder.slice(folder.lastIndexOf('-') + 1));

async function faultsOf(name: string): Promise<Fault[]> {
  const project = await Project.open();
  try {
    return (await project.json<Fault[]>('rehearse', name, '--list-faults', '--json')).value;
  } finally {
    await project.close();
  }
}
