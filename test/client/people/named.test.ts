import { describe, expect, test } from '@jest/globals';
import { checkNamed, type Naming } from '../../../client/people/named.js';
import type { MessageName } from '../../../model/people/message.js';
import { running } from '../../kits/cli-state.js';

const hintOf = (name: MessageName, naming: Naming): unknown => {
  try {
    checkNamed(running(), name, naming);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('a name that the go-live does not have is answered with the nearest', () => {
  test.each<[MessageName, Naming, RegExp, RegExp]>([
    ['approve', { approval: 'ful' }, /There is no approval 'ful'/, /Did you mean 'full'/],
    ['reject', { approval: 'xxxxxxxxx' }, /There is no approval/, /Known questions: full/],
    ['tick', { item: 'infra.windw' }, /There is no checklist item 'infra.windw'/, /Did you mean 'infra.window'/],
    ['waive', { gate: 'smok' }, /There is no phase 'smok'/, /Did you mean 'smoke'/],
    ['waive', { gate: 'smoke.run1.acuracy' }, /has no gate 'run1.acuracy'/, /Did you mean 'smoke.run1.accuracy'/],
  ])('%s %j', (name, naming, message, hint) => {
    expect(hintOf(name, naming)).toMatchObject({
      message: expect.stringMatching(message),
      options: { exitCode: 2, hint: expect.stringMatching(hint) },
    });
  });

  test.each<[MessageName, Naming]>([
    ['approve', { approval: 'full' }],
    ['tick', { item: 'infra.window' }],
    ['waive', { gate: 'smoke' }],
    ['waive', { gate: 'smoke.run1.accuracy' }],
    // Not judged yet: its gates are not known here.
    ['waive', { gate: 'full.anything' }],
    ['choose', {}],
  ])('%s %j is sent', (name, naming) => {
    expect(hintOf(name, naming)).toBeUndefined();
  });
});
