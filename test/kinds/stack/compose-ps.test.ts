import { describe, expect, test } from '@jest/globals';
import { containersIn, plansIn, runningIn, type ServicePlan, stateOfService } from '../../../kinds/stack/compose-ps.js';

const one = (more: object): string =>
  JSON.stringify({
    ID: 'c0ffee',
    Name: 's-api-1',
    Service: 'api',
    State: 'running',
    Health: '',
    ExitCode: 0,
    Publishers: [],
    ...more,
  });
const plan = (more: Partial<ServicePlan> = {}): ServicePlan => ({ replicas: undefined, ends: 'never', ...more });

describe('what ps printed', () => {
  test('one object a line, or one array as before v2.21; line ends of Windows, too', () => {
    const lines = [one({ Health: 'healthy' }), one({ Service: 'db', State: 'exited', ExitCode: 3 })];
    const names = [
      ['api', 'healthy', 0],
      ['db', '', 3],
    ];
    for (const text of [
      lines.join('\n'),
      `${lines.join('\r\n')}\r\n`,
      `[${lines.join(',')}]`,
      `\n${lines.join('\n\n')}\n`,
    ])
      expect(containersIn(text).map(({ service, health, exitCode }) => [service, health, exitCode])).toEqual(names);
    for (const text of ['', '\n', '[]', ' [] \n']) expect(containersIn(text)).toEqual([]);
  });
  test.each([
    ['a message', 'no configuration file'],
    ['half of a line', '{"Service":"api","Sta'],
    ['a container of no service', '{"ID":"1","State":"running"}'],
    ['null', 'null'],
    ['a warning before it', 'WARN[0000] obsolete\n{}'],
  ])('%s is refused', (_what, text) => {
    expect(() => containersIn(text)).toThrow('not its JSON');
  });
  test('podman: the service in a label, the name in a list, the health in the status', () => {
    const text = JSON.stringify([
      {
        Id: 'ab',
        Names: ['s_api_1'],
        State: 'running',
        Status: 'Up 3 minutes (unhealthy)',
        ExitCode: 0,
        Labels: { 'com.docker.compose.service': 'api' },
      },
      {
        Id: 'cd',
        Names: ['s_db_1'],
        State: 'running',
        Status: 'Up 2 seconds (health: starting)',
        Labels: { 'com.docker.compose.service': 'db' },
      },
      {
        Id: 'ef',
        Names: ['s_web_1'],
        State: 'Running',
        Status: 'Up 2 seconds',
        Labels: { 'com.docker.compose.service': 'web' },
      },
    ]);
    expect(containersIn(text).map(({ service, name, health }) => [service, name, health])).toEqual([
      ['api', 's_api_1', 'unhealthy'],
      ['db', 's_db_1', 'starting'],
      ['web', 's_web_1', ''],
    ]);
  });
});

describe('a service', () => {
  const state = (lines: string[], how?: ServicePlan) => stateOfService('api', containersIn(lines.join('\n')), how);
  test.each([
    ['healthy', {}, { Health: 'healthy' }, true, 'healthy'],
    ['without a health check', {}, {}, true, 'running'],
    ['still starting', {}, { Health: 'starting' }, false, 'starting'],
    ['restarting', {}, { State: 'restarting', ExitCode: 1 }, false, 'restarting with code 1'],
    ['paused', {}, { State: 'paused' }, false, 'paused with code 0'],
    ['dead', {}, { State: 'dead', ExitCode: 137 }, false, 'dead with code 137'],
    ['created', {}, { State: 'created' }, false, 'created with code 0'],
    ['ended with 0, and not meant to', {}, { State: 'exited' }, false, 'exited with code 0'],
    [
      'ended with 0, as another waits for',
      { ends: 'must' },
      { State: 'exited' },
      true,
      'ended with code 0, as it is to',
    ],
    ['ended with 0, as it may', { ends: 'may' }, { State: 'exited' }, true, 'ended with code 0, as it is to'],
    ['ended with 1', { ends: 'must' }, { State: 'exited', ExitCode: 1 }, false, 'exited with code 1'],
    [
      'ended with an unknown code',
      { ends: 'must' },
      { State: 'exited', ExitCode: undefined },
      false,
      'exited with code unknown',
    ],
    [
      'ended with 0, as it may, and unhealthy at last',
      { ends: 'may' },
      { State: 'exited', Health: 'unhealthy' },
      false,
      'unhealthy with code 0',
    ],
    ['unhealthy by its status alone', {}, { Health: '', Status: 'Up 2 hours (unhealthy)' }, false, 'unhealthy'],
    ['whose health is null', {}, { Health: null, Status: 'Up 2 s (health: starting)' }, false, 'starting'],
    ['without a check, as Docker may say it', {}, { Health: 'none' }, true, 'running'],
    ['that another waits for, and still runs', { ends: 'must' }, {}, false, 'still runs, and is to end with code 0'],
    ['that may end, and runs', { ends: 'may' }, {}, true, 'running'],
  ] as const)('%s', (_what, how, container, healthy, detail) => {
    expect(state([one(container)], plan(how))).toMatchObject({ name: 'api', healthy, detail });
  });
  test('is all its containers', () => {
    const bad = one({ Name: 's-api-1', Health: 'unhealthy' });
    const good = one({ Name: 's-api-2', Health: 'healthy' });
    for (const lines of [
      [bad, good],
      [good, bad],
    ])
      expect(state(lines)).toMatchObject({
        running: true,
        healthy: false,
        detail: '1 of 2 containers: s-api-1 unhealthy',
      });
    expect(state([good, one({ Name: 's-api-3', State: 'exited', ExitCode: 1 })])).toMatchObject({
      running: false,
      healthy: false,
    });
    expect(state([good], plan({ replicas: 3 }))).toMatchObject({
      running: false,
      healthy: false,
      detail: '1 of 3 containers are there',
    });
    expect(state([good, good, good], plan({ replicas: 3 }))).toMatchObject({ running: true, healthy: true });
    expect(state([], plan({ replicas: 0 }))).toMatchObject({
      running: false,
      healthy: true,
      done: true,
      detail: 'none wanted',
    });
    expect(state([])).toMatchObject({ healthy: false, detail: 'not created' });
  });
  test('is none of the containers of compose run', () => {
    const fine = one({ Health: 'healthy' });
    const label = one({
      Labels: 'com.docker.compose.project=s,com.docker.compose.oneoff=True',
      State: 'exited',
      ExitCode: 1,
    });
    const name = one({ Name: 's-api-run-0123456789ab', State: 'exited', ExitCode: 1 });
    const named = one({ Name: 's-api-run-1', Health: 'healthy' });
    expect(state([label, fine, name])).toMatchObject({ running: true, healthy: true });
    expect(state([one({ Labels: 'com.docker.compose.oneoff=True' })])).toMatchObject({ detail: 'not created' });
    expect(state([named])).toMatchObject({ healthy: true });
    expect(runningIn([fine, one({ ID: 'x', Labels: 'com.docker.compose.oneoff=True' })].join('\n'))).toEqual({
      api: ['c0ffee'],
    });
  });
});

describe('what the definition says', () => {
  const ends = (services: object) =>
    Object.fromEntries([...(plansIn(JSON.stringify({ services })) ?? [])].map(([name, how]) => [name, how.ends]));
  test('who is meant to end', () => {
    expect(
      ends({
        web: {
          depends_on: {
            migrate: { condition: 'service_completed_successfully', required: true },
            db: { condition: 'service_healthy' },
          },
        },
        migrate: { restart: 'on-failure' },
        db: {},
        seed: { restart: 'no' },
        server: { restart: 'no', ports: [{ target: 80 }] },
        checked: { restart: 'no', healthcheck: { test: ['CMD', 'true'] } },
        always: { restart: 'always' },
        old: { depends_on: ['db'] },
      }),
    ).toEqual({
      web: 'never',
      migrate: 'must',
      db: 'never',
      seed: 'may',
      server: 'never',
      checked: 'never',
      always: 'never',
      old: 'never',
    });
  });
  test('how many there are to be', () => {
    const plans = plansIn(
      JSON.stringify({
        services: { a: { deploy: { replicas: 3 } }, b: { scale: 2 }, c: {}, d: { deploy: { replicas: 0 } } },
      }),
    );
    expect([...(plans ?? [])].map(([, { replicas }]) => replicas)).toEqual([3, 2, undefined, 0]);
  });
  test.each<[string, unknown]>([
    ['replicas', { deploy: { replicas: 'many' } }],
    ['scale', { scale: -1 }],
    ['deploy', { deploy: [] }],
    ['the whole service', null],
  ])('what is odd of one service (%s) is unknown of it alone, and no good news', (_what, odd) => {
    const plans = plansIn(JSON.stringify({ services: { api: odd, web: { scale: 2 }, seed: { restart: 'no' } } }));
    expect(plans?.get('web')).toMatchObject({ replicas: 2 });
    expect(stateOfService('api', containersIn(one({ Health: 'healthy' })), plans?.get('api'))).toMatchObject({
      healthy: false,
      detail: 'how many there are to be cannot be read',
    });
    const web = one({ Service: 'web' });
    expect(stateOfService('web', containersIn(web), plans?.get('web')).healthy).toBe(false);
  });
  test('where it cannot be read what a service waits for, nobody is known to be meant to end', () => {
    expect(ends({ web: { depends_on: 7 }, seed: { restart: 'no' } })).toEqual({ web: 'never', seed: 'never' });
  });
  test('whom another one waits for to be healthy is not meant to end', () => {
    const services = { web: { depends_on: { db: { condition: 'service_healthy' } } }, db: { restart: 'no' } };
    expect(ends(services)).toEqual({ web: 'never', db: 'never' });
  });
  test('a number that is written as text is one', () => {
    expect(plansIn('{"services":{"a":{"scale":"2"}}}')?.get('a')?.replicas).toBe(2);
  });
  test.each(['', 'services: {}', '[]', '{"services":[]}', '{}'])('%j says nothing', (text) => {
    expect(plansIn(text)).toBe(undefined);
  });
});
