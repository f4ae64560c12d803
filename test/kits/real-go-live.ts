import { createPrivateKey, type KeyObject } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { planDigestOf } from '../../client/go-live/launch.js';
import { makePlan, openRunbook } from '../../client/runbook/load.js';
import type { Plan } from '../../model/plan/plan.js';
import type { Signed } from '../../model/signing/signing.js';
import { createActivities } from '../../workers/activities.js';
import { begin, type Running, withWorker } from './run-go-live.js';
import { sharedServer } from './temporal.js';

/** Starts a go-live in the name of somebody. */
export type Start = (plan: Plan, by: string, signed?: Signed) => Promise<Running>;

/**
 * A folder with runbooks whose go-lives are real: every kind has its own hands, and evidence is sealed. They run on the
 * suites' server, by a worker in this process; a command line, a server and a worker of one's own take ten times longer.
 */
export class RealProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'golive-real-'));
  private readonly keyFile = join(this.folder, '.golive', 'evidence-key.pem');

  file(name: string, content: string): string {
    writeFileSync(join(this.folder, name), content);
    return join(this.folder, name);
  }

  /** The plan of a live go-live, as `golive start` makes it in this folder. */
  async plan(
    runbook: string,
    target: string,
    more: Partial<Pick<Plan, 'change' | 'mode' | 'inputs'>> = {},
  ): Promise<Plan> {
    const home = process.cwd();
    process.chdir(this.folder);
    try {
      const choices = { change: 'c1', mode: 'live', inputs: {}, ...more } as const;
      return await makePlan(await openRunbook(runbook), { target, timeScale: 1, ...choices });
    } finally {
      process.chdir(home);
    }
  }

  /** Runs go-lives while a worker serves them. */
  async serving<T>(run: (start: Start) => Promise<T>): Promise<T> {
    const server = await sharedServer();
    const queue = `real-${process.pid}-${this.folder.slice(-6)}`;
    const activities = createActivities({
      logger: pino({ level: 'silent' }),
      env: process.env,
      notify: () => Promise.resolve(),
      evidenceKey: this.keyFile,
      version: '0.0.0-test',
    });
    const world = { activities: () => activities };
    const start: Start = (plan, by, signed) =>
      begin(server.client, queue, plan, by, { planDigest: planDigestOf(plan), ...(signed ? { signed } : {}) });
    try {
      return await withWorker(server.address, queue, world, [], () => run(start));
    } finally {
      await server.stop();
    }
  }

  /** The worker's own key, after the first seal. */
  key(): KeyObject {
    return createPrivateKey(readFileSync(this.keyFile));
  }

  /** A closed bundle of a target. @throws Error when it is not closed */
  bundle(target: string, change = 'c1'): string {
    const path = join(this.folder, 'evidence', target, change);
    if (!existsSync(join(path, 'tagmanifest-sha256.txt'))) throw new Error(`${path} is not closed`);
    return path;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
