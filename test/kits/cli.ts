import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, Connection } from '@temporalio/client';
import { QUERY_STATE } from '../../model/people/message.js';
import type { GoLiveState } from '../../model/state/state.js';
import { NeverAgain } from './until.js';

const CLI = new URL('../../dist/bin/golive.js', import.meta.url).pathname;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A project folder of its own for the built command line: own state, own server, nothing shared. */
export class Project {
  private readonly running = new Set<ChildProcess>();
  private client: Promise<Client> | undefined;
  private connection: Connection | undefined;
  private readonly asking = new Set<Promise<unknown>>();
  private closed = false;
  private constructor(readonly folder: string) {}

  /** Makes something in a project of its own, which stays for what was made to be used; nothing stays when that fails. */
  static async making<T>(make: (project: Project) => Promise<T>): Promise<T> {
    const project = await Project.open();
    try {
      return await make(project);
    } catch (error) {
      await project.close();
      throw error;
    }
  }

  static async open(): Promise<Project> {
    return new Project(await mkdtemp(join(tmpdir(), 'golive-project-')));
  }

  start(args: readonly string[], env: Record<string, string> = {}): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: this.folder,
      env: { ...process.env, NO_COLOR: '1', GOLIVE_STATE: join(this.folder, '.golive'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        this.running.delete(child);
        resolve({ code, stdout, stderr });
      });
    });
    return { child, ended };
  }

  /** Runs `golive …` to its end. */
  run(...args: string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  /** Runs `golive …`, which must end well. */
  async must(...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`golive ${args.join(' ')}: ${stdout}${stderr}`);
  }

  /** Runs it and reads the last line of stdout, or all of it, as JSON. */
  async json<T>(...args: string[]): Promise<{ code: number | null; value: T; stderr: string }> {
    const { code, stdout, stderr } = await this.run(...args);
    const from =
      stdout.trimStart().startsWith('{') || stdout.trimStart().startsWith('[')
        ? stdout
        : stdout.slice(stdout.lastIndexOf('\n{') + 1);
    try {
      return { code, value: JSON.parse(from) as T, stderr };
    } catch {
      // The end says why; the beginning of a long text is what reports cut last.
      const end = (text: string): string => text.slice(-700);
      throw new Error(`golive ${args.join(' ')} gave no JSON (exit ${code}).\n${end(stderr)}\nstdout: ${end(stdout)}`);
    }
  }

  /**
   * The state of the newest go-live of a target, asked of the project's own server by this process: a command line that is
   * asked again and again takes half a core from what is waited for.
   */
  async stateOf(target: string): Promise<GoLiveState> {
    return await this.ask((client) => client.workflow.getHandle(target).query<GoLiveState>(QUERY_STATE));
  }

  /** The newest run of an execution of the project's own server; undefined while it has none. */
  async runOf(workflowId: string): Promise<string | undefined> {
    const { WorkflowNotFoundError } = await import('@temporalio/client');
    try {
      return (await this.ask((client) => client.workflow.getHandle(workflowId).describe())).runId;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  private async ask<T>(question: (client: Client) => Promise<T>): Promise<T> {
    if (this.closed) throw new NeverAgain('The project has been closed.');
    this.client ??= this.connect();
    const client = await this.client;
    const asked = client.withDeadline(Date.now() + 5000, () => question(client));
    this.asking.add(asked);
    return await asked.finally(() => this.asking.delete(asked));
  }

  private async connect(): Promise<Client> {
    const record = readFileSync(join(this.folder, '.golive', 'server.json'), 'utf8');
    const address = /"address": *"([^"]+)"/.exec(record)?.[1];
    if (address === undefined) throw new Error('The project has no server.');
    const { Client, Connection } = await import('@temporalio/client');
    this.connection = await Connection.connect({ address });
    return new Client({ connection: this.connection });
  }

  /** Stops server and worker of this project and removes the folder. */
  async close(): Promise<void> {
    this.closed = true;
    // A call that the closing of its connection ends is tried again by a timer of the library, and fails where nobody catches it.
    await Promise.allSettled(this.asking);
    await this.connection?.close();
    for (const child of this.running) child.kill('SIGINT');
    if (existsSync(join(this.folder, '.golive'))) await this.run('down');
    await rm(this.folder, { recursive: true, force: true });
  }
}
