import { describe, expect, test } from '@jest/globals';
import { inOrder } from '../../../kinds/stack/order.js';

describe('the order of services', () => {
  const graph = new Map([
    ['api', ['db', 'cache']],
    ['db', ['disk']],
    ['cache', []],
    ['disk', []],
  ]);
  test('dependencies first, only what is wanted', () => {
    expect(inOrder(graph, ['api'])).toEqual(['disk', 'db', 'cache', 'api']);
    expect(inOrder(graph, ['db'])).toEqual(['disk', 'db']);
    expect(() => inOrder(graph, ['nobody'])).toThrow('no service nobody');
  });
});
