import { expect, test } from '@jest/globals';
import { findPlatform } from '../../../client/server/needs.js';

test('what runs on a platform is said plainly', () => {
  expect(findPlatform('linux')).toMatchObject({ state: 'found', what: 'linux: everything runs here' });
  const windows = findPlatform('win32');
  expect(windows.what).toContain('never run here');
  expect(windows.remedy).toContain('process.* need Linux');
  expect(windows.remedy).toMatch(/PowerShell.*drive letters and backslashes.*tested by the rules of Windows/);
});
