import type { Git, Setting } from './git.js';

/** A setting of a repository, and whether its user or machine says it, or the repository itself. */
interface Said {
  own: boolean;
  name: string;
  value: string;
}

/**
 * Filters, merge drivers and hooks that the configuration of a repository names are programs: none runs unasked.
 *
 * @param git sees no other configuration than the repository's
 */
export async function programsOff(git: Git): Promise<Setting[]> {
  const names = (await git.text('config', '-z', '--name-only', '--list')).split('\0');
  return [...new Set(names)].flatMap((name): Setting[] => {
    if (/^filter\..*\.(clean|smudge|process)$/s.test(name)) return [[name, '']];
    if (/^filter\..*\.required$/s.test(name)) return [[name, 'false']];
    // An empty one would pass for a merge without a conflict.
    return /^merge\..*\.driver$/s.test(name) ? [[name, 'false']] : hookOff(name);
  });
}

/** Git 2.54 and newer run hooks of the configuration, too, wherever `core.hooksPath` leads. */
function hookOff(name: string): Setting[] {
  const hook = /^hook\.(.*)\.(command|event|enabled)$/s.exec(name)?.[1];
  return hook === undefined ? [] : [[`hook.${hook}.enabled`, 'false']];
}

/** What a program of a remote is without the repository's word, where the user has no other. */
const WITHOUT: readonly (readonly [name: RegExp, value: string])[] = [
  [/^core\.sshcommand$/, 'ssh'],
  [/^core\.askpass$/, ''],
  [/^remote\..*\.uploadpack$/s, 'git-upload-pack'],
  [/^remote\..*\.receivepack$/s, 'git-receive-pack'],
  // No program, but it writes a file of any name.
  [/^http\.(.*\.)?savecookies$/s, 'false'],
];
const HELPER = /^credential\.(.*\.)?helper$/s;

/** What keeps the programs away that a repository names for its way to a remote; those of the user stay. */
export interface Apart {
  settings: Setting[];
  env: Record<string, string>;
}

/** @param git sees the configuration of the user, too */
export async function remoteProgramsOff(git: Git): Promise<Apart> {
  const all = settingsIn(await git.text('config', '-z', '--show-scope', '--list'));
  const users = all.filter(({ own }) => !own);
  const named = new Set(all.flatMap(({ own, name }) => (own ? [name] : [])));
  const settings = [...named].flatMap((name): Setting[] => {
    const without = WITHOUT.find(([pattern]) => pattern.test(name))?.[1];
    if (without === undefined) return hookOff(name);
    return [[name, users.findLast((one) => one.name === name)?.value ?? without]];
  });
  if ([...named].some((name) => HELPER.test(name))) {
    // An empty one takes back all that were named before it.
    settings.push(['credential.helper', '']);
    for (const { name, value } of users) if (HELPER.test(name)) settings.push([name, value]);
  }
  // Of several the first counts, so that none of ours could come before it.
  return { settings, env: named.has('core.gitproxy') ? { GIT_PROXY_COMMAND: '' } : {} };
}

function settingsIn(listed: string): Said[] {
  const parts = listed.split('\0');
  const said: Said[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [scope = '', setting = ''] = parts.slice(at, at + 2);
    const end = setting.indexOf('\n');
    const [name, value] = end < 0 ? [setting, ''] : [setting.slice(0, end), setting.slice(end + 1)];
    if (scope !== 'command') said.push({ own: scope === 'local' || scope === 'worktree', name, value });
  }
  return said;
}
