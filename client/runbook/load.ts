import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { counted } from '../../model/text/counted.js';
import type { JsonObject } from '../../model/json.js';
import type { Mode, Plan } from '../../model/plan/plan.js';
import { tooLarge } from '../../model/plan/limits.js';
import { scheduledTarget } from '../../model/plan/schedule.js';
import { scheduledRunbook } from '../../model/schema/plan/plan-schedule.js';
import type { RunbookSchedule } from '../../model/schema/format/runbook.js';
import { planRunbook } from '../../model/schema/plan/planner.js';
import { loadRunbook } from '../../model/schema/load.js';
import { loadProject } from '../../model/schema/format/project.js';
import type { Project } from '../../model/schema/format/project.js';
import type { Runbook } from '../../model/schema/format/runbook.js';
import type { Problem } from '../../model/schema/yaml/source.js';
import { didYouMean } from '../../model/schema/suggest.js';
import { CliError } from '../errors.js';
import { pinFiles } from './pin-files.js';
import { readText, shown } from './read-text.js';
import { packageRoot, stateDir } from '../server/paths.js';
import { withPathsFrom } from './path-inputs.js';
import { signingPlan } from './signing-plan.js';
import { stepKinds } from '../../kinds/catalog.js';

/** A runbook that has been read and checked. */
export interface OpenedRunbook {
  id: string;
  /** Path as people know it: relative when it lies below the working folder. */
  file: string;
  inputNames: string[];
  rehearsal: Runbook['rehearsal'];
  runbook: Runbook;
  text: string;
  /** Of the file's bytes, hex. */
  sha256: string;
  /** Folder that relative paths of steps are resolved against: the one that holds the runbook. */
  baseDir: string;
}

export interface PlanChoices {
  target: string;
  change: string;
  mode: Mode;
  timeScale: number;
  /** As they were given on the command line: a relative path starts at the working folder. */
  inputs: JsonObject;
  /** Those of a rehearsal, a playbook or an earlier run, which they are laid over: a relative path starts at the folder of the runbook. */
  given?: JsonObject;
  /** Folder of all bundles; by default that of golive.yaml, else `evidence` in the project folder. */
  evidence?: string | undefined;
  /** Only to look at: missing inputs are left out. */
  preview?: boolean;
  /** Plan only what this schedule of the runbook runs. */
  schedule?: RunbookSchedule;
}

function yamlFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
}

/**
 * Finds a runbook: a path, or the id of a file in `./runbooks` or among those that come with golive.
 * @returns absolute path
 * @throws CliError (exit 2) with the nearest known name
 */
export function resolveRunbook(argument: string): string {
  const direct = resolve(argument);
  if (existsSync(direct) && statSync(direct).isFile()) return direct;
  const folders = [resolve('runbooks'), join(packageRoot(), 'runbooks')];
  if (/^[A-Za-z0-9._-]+$/.test(argument)) {
    const names = [argument, `${argument}.yaml`, `${argument}.yml`];
    const found = folders
      .flatMap((folder) => names.map((name) => join(folder, name)))
      .find((path) => existsSync(path) && statSync(path).isFile());
    if (found !== undefined) return found;
  }
  const known = [...new Set(folders.flatMap(yamlFiles).map((name) => name.replace(/\.ya?ml$/, '')))];
  throw new CliError(`There is no runbook '${argument}'.`, {
    exitCode: 2,
    where: `${shown(direct)}; ${folders.map(shown).join('; ')}`,
    hint: `${didYouMean(argument, known, 'runbooks')} \`golive new ${/^[a-z][a-z0-9-]*$/.test(argument) ? argument : 'ID'}\` writes one.`,
  });
}

/** Problems as people read them: place, message, the lines around it, hint. */
export function showProblems(problems: readonly Problem[]): string {
  return problems
    .map(({ file, line, column, message, hint, frame }) => {
      const indented = frame.replace(/^/gm, '  ');
      return `${file}:${line}:${column}  ${message}\n${indented}${hint === undefined ? '' : `\n  hint: ${hint}`}\n`;
    })
    .join('\n');
}

/** Said where what is wrong kept the rest of a file from being looked at. */
export const MORE_MAY_SHOW = 'Not all could be looked at: when this is mended, more may show.';

/** The error of a file with problems. */
export function problemError(file: string, problems: readonly Problem[], partial: boolean): CliError {
  const count = counted(problems.length, 'problem');
  return new CliError(`${file} has ${count}.\n\n${showProblems(problems)}`, {
    exitCode: 2,
    hint: `${partial ? `${MORE_MAY_SHOW} ` : ''}Mend them; golive validate ${file} shows them again.`,
  });
}

/**
 * Opens a runbook by path or id.
 * @throws CliError (exit 2) with everything that is wrong with it
 */
export async function openRunbook(argument: string): Promise<OpenedRunbook> {
  const path = resolveRunbook(argument);
  const { text, sha256 } = readText(path);
  const file = shown(path);
  const { runbook, problems, partial } = loadRunbook(text, file, stepKinds);
  if (!runbook) throw problemError(file, problems, partial);
  return {
    id: runbook.id,
    file,
    inputNames: Object.keys(runbook.inputs ?? {}),
    rehearsal: runbook.rehearsal,
    runbook,
    text,
    sha256,
    baseDir: dirname(path),
  };
}

/** The project folder and its `golive.yaml`, when there is one. @throws CliError (exit 2) */
export function openProject(cwd: string = process.cwd()): { folder: string; project: Project } {
  const folder = projectFolder(cwd);
  const path = join(folder, 'golive.yaml');
  if (!existsSync(path)) return { folder, project: {} };
  const { project, problems, partial } = loadProject(readText(path).text, shown(path));
  if (!project) throw problemError(shown(path), problems, partial);
  return { folder, project };
}

function projectFolder(cwd: string): string {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'golive.yaml'))) return folder;
    if (dirname(folder) === folder) return dirname(stateDir(cwd));
  }
}

/**
 * Who may speak in a go-live of the project, and how they prove who they are. A rehearsal is played by declared names,
 * unless the project has them signed there too.
 *
 * @param preview only to look at: what is missing is no error
 * @throws CliError (exit 2)
 */
export function whoMaySpeak(
  project: Project,
  folder: string,
  mode: Mode,
  preview = false,
): Pick<Plan, 'people' | 'signing'> {
  const signing = signingPlan(project, folder, mode, preview);
  const people = mode === 'live' || signing?.level === 'signed' ? project.people : undefined;
  return {
    ...(signing ? { signing } : {}),
    ...(people ? { people: Object.fromEntries(Object.entries(people).map(([name, { roles }]) => [name, roles])) } : {}),
  };
}

/**
 * Plans a go-live of an opened runbook, with what golive.yaml says of target, people and evidence.
 * @throws CliError (exit 2) with every input that is missing or outside its limits
 */
export async function makePlan(opened: OpenedRunbook, choices: PlanChoices): Promise<Plan> {
  const { folder, project } = openProject();
  const { schedule } = choices;
  const { target, change, mode, timeScale, inputs } = choices;
  const targets = project.targets ?? {};
  const declared = Object.hasOwn(targets, target) ? targets[target] : undefined;
  if (mode === 'live' && Object.keys(targets).length > 0 && !declared) {
    throw new CliError(`golive.yaml names no target '${target}'.`, {
      exitCode: 2,
      hint: didYouMean(target, Object.keys(targets), 'targets'),
    });
  }
  const { signing, people } = whoMaySpeak(project, folder, mode, choices.preview);
  const { plan, problems = [] } = planRunbook({
    kinds: stepKinds,
    runbook: schedule ? scheduledRunbook(opened.runbook, schedule) : opened.runbook,
    file: opened.file,
    sha256: opened.sha256,
    inputs: {
      ...withPathsFrom(opened.runbook, declared?.inputs ?? {}, folder),
      ...choices.given,
      ...withPathsFrom(opened.runbook, inputs, process.cwd()),
    },
    // What looks only looks as a go-live of the target would.
    target: {
      id: schedule?.phases ? scheduledTarget(target, schedule.id) : target,
      variables: declared?.variables ?? {},
    },
    change,
    mode,
    timeScale,
    allow: project.network?.allow ?? [],
    folders: (project.folders ?? []).map((path) => resolve(folder, path)),
    ...(signing ? { signing } : {}),
    ...(choices.preview ? { preview: true } : {}),
    baseDir: opened.baseDir,
    evidenceDir: resolve(choices.evidence ?? join(folder, project.evidence ?? 'evidence')),
    ...(people ? { people } : {}),
  });
  const pinned = plan && { ...plan, files: pinFiles(plan, stepKinds) };
  const excess = pinned && tooLarge(pinned);
  if (pinned && !excess) return pinned;
  if (excess) problems.push(excess);
  const ofTarget = (input?: string): boolean =>
    input !== undefined && !Object.hasOwn(inputs, input) && Object.hasOwn(declared?.inputs ?? {}, input);
  const lines = problems.map(({ message, hint, input }) => {
    const whose = ofTarget(input) ? `golive.yaml gives it to the target ${target}` : undefined;
    const hints = [whose, hint].filter((one) => one !== undefined);
    return hints.length === 0 ? message : `${message}  (${hints.join('; ')})`;
  });
  throw new CliError(
    lines.length === 1 ? (lines[0] ?? '') : `The plan cannot be made:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    {
      exitCode: 2,
      where: opened.file,
      hint: `golive plan ${opened.file} shows what the runbook asks for.`,
    },
  );
}
