// Says which test files were the slowest, and how many tests passed and failed, from the JSON results of jest runs.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const runs = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const sum = (count) => runs.reduce((all, run) => all + count(run), 0);

const files = runs.flatMap(({ testResults }) =>
  testResults.map(({ name, startTime, endTime }) => ({ name: relative('', name), ms: endTime - startTime })),
);
console.log(`\n== slowest of ${files.length} test files; test/kits/run/slowest.json says which come first`);
for (const { name, ms } of files.toSorted((a, b) => b.ms - a.ms).slice(0, 15)) {
  console.log(`${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`);
}

// What failed, once more and shortly: of a long log the end is what is kept.
const first = (text) => text.trim().split('\n').filter(Boolean).slice(0, 3).join('\n      ');
for (const { name, message, assertionResults, status } of runs.flatMap(({ testResults }) => testResults)) {
  if (status !== 'failed') continue;
  console.log(`\nFAIL ${relative('', name)}`);
  const failed = assertionResults.filter((one) => one.status === 'failed');
  for (const { fullName, failureMessages } of failed) {
    console.log(`  ● ${fullName}`);
    for (const why of failureMessages) console.log(`      ${first(stripVTControlCharacters(why))}`);
  }
  if (failed.length === 0) console.log(`      ${first(stripVTControlCharacters(message))}`);
}

const passed = sum((run) => run.numPassedTests);
const failed = sum((run) => run.numFailedTests + run.numRuntimeErrorTestSuites);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
