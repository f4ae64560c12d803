import { expect, test } from '@jest/globals';
import { problemsInPhase } from '../../../kits/problems.js';

const make = (argv: string[] = ['make'], more: object = {}) => ({
  id: 'make',
  uses: 'command.run',
  effect: 'idempotent',
  with: { argv, ...more },
});
const get = (url: string) => ({ id: 'get', uses: 'http.check', with: { url } });
const problems = (allow: object, steps: readonly object[], parts: object = {}): string[] =>
  problemsInPhase({ steps }, { ...parts, allow });

test.each<[string, string[]]>([
  ['lists that have all', problems({ commands: ['make'], hosts: ['a.example'] }, [make(), get('https://a.example/x')])],
  ['a list of hosts alone: any program', problems({ hosts: [] }, [make()])],
  ['a list of programs alone: any host', problems({ commands: [] }, [get('http://a.example')])],
  [
    'a path from the folder of the runbook',
    problems({ commands: ['scripts/x.sh'] }, [make(['./x.sh'], { cwd: 'scripts' })]),
  ],
  [
    'a port that is listed',
    problems({ hosts: ['db:5432'] }, [{ id: 'tcp', uses: 'tcp.check', with: { host: 'db', port: 5432 } }]),
  ],
  [
    'an address of an input, which is looked at later',
    problems({ hosts: [] }, [get('${{ inputs.url }}')], { inputs: { url: { type: 'url' } } }),
  ],
  [
    'processes, which need no client of an engine',
    problems({ commands: [] }, [{ id: 'up', uses: 'stack.up', with: { stack: 's', driver: 'native' } }]),
  ],
])('%s is in order', (_name, found) => {
  expect(found).toEqual([]);
});

test.each<[string, string[], string]>([
  [
    'a program',
    problems({ commands: ['npm'] }, [make()]),
    "'command.run' starts make, which `allow.commands` does not list: Add it if the step is right: allow: { commands: [npm, make] }.",
  ],
  [
    'a host',
    problems({ hosts: ['a.example'] }, [get('https://b.example:8443/')]),
    "'http.check' reaches b.example, which `allow.hosts` does not list: Add it if the step is right: allow: { hosts: [a.example, b.example] }.",
  ],
  [
    'another port',
    problems({ hosts: ['a.example:443'] }, [get('https://a.example:8443/')])[0] === undefined
      ? []
      : problems({ hosts: ['a.example:443'] }, [get('https://a.example:8443/')]),
    "'http.check' reaches a.example:8443, which `allow.hosts` does not list: Add it if the step is right: allow: { hosts: ['a.example:443', 'a.example:8443'] }.",
  ],
  [
    'the program of an undo',
    problems({ commands: ['make'] }, [{ ...make(), undo: [{ uses: 'command.run', with: { argv: ['unmake'] } }] }]),
    "'command.run' starts unmake, which `allow.commands` does not list: Add it if the step is right: allow: { commands: [make, unmake] }.",
  ],
  [
    'the client of a container engine',
    problems({ commands: [] }, [{ id: 'up', uses: 'stack.up', with: { stack: 's' } }]),
    "'stack.up' starts docker, which `allow.commands` does not list: Add it if the step is right: allow: { commands: [docker] }.",
  ],
  [
    'an agent’s command',
    problems({ commands: ['touch'] }, [
      {
        id: 'f',
        uses: 'agents.freeze',
        with: { commands: [{ name: 'r', freeze: ['touch', 'x'], thaw: ['rm', 'x'] }] },
      },
    ]),
    "'agents.freeze' starts rm, which `allow.commands` does not list: Add it if the step is right: allow: { commands: [touch, rm] }.",
  ],
])('%s that is not listed is told, with the line to add', (_name, found, problem) => {
  expect(found).toEqual([problem]);
});

test.each<[string, object, RegExp]>([
  ['an address', { hosts: ['https://a.example'] }, /a host, or host:port/],
  ['an expression', { commands: ['${{ inputs.x }}'] }, /no expression/],
  ['another list', { files: [] }, /files/],
])('%s is no entry', (_name, allow, problem) => {
  expect(problems(allow, [get('${{ target.variables.api }}')])).toEqual([expect.stringMatching(problem)]);
});

test.each<[string, string[], RegExp | undefined]>([
  [
    'PATH for a bare name',
    problems({ commands: ['make'] }, [make(['make'], { env: { PATH: '/x' } })]),
    /sets PATH, which makes another program run/,
  ],
  [
    'PATH beside a path',
    problems({ commands: ['bin/make'] }, [make(['bin/make'], { env: { PATH: '/x' } })]),
    undefined,
  ],
  [
    'a loader',
    problems({ commands: ['bin/make'] }, [make(['bin/make'], { env: { LD_PRELOAD: 'x.so' } })]),
    /sets LD_PRELOAD.*Take LD_PRELOAD out of `env`/,
  ],
  [
    'one of the defaults',
    problems({ commands: ['make'] }, [make()], { defaults: { env: { BASH_ENV: 'x' } } }),
    /sets BASH_ENV/,
  ],
  [
    'one of a program that an input names',
    problems({ commands: ['make'] }, [make(['${{ inputs.tool }}'], { env: { NODE_OPTIONS: 'x' } })], {
      inputs: { tool: { type: 'string' } },
    }),
    /sets NODE_OPTIONS/,
  ],
  ['any without a list', problems({ hosts: [] }, [make(['make'], { env: { LD_PRELOAD: 'x.so' } })]), undefined],
  ['another variable', problems({ commands: ['make'] }, [make(['make'], { env: { PGHOST: 'x' } })]), undefined],
])('a step that sets %s', (_name, found, refused) => {
  if (refused) expect(found.join()).toMatch(refused);
  else expect(found).toEqual([]);
});
