/** The slow test files, slowest first; the last lines of `.ci/run` say what they took. The rest comes after them. */
export const SLOWEST_FIRST = [
  'test/crash/crash.test.ts',
];
