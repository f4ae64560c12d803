import { test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { loadRunbook } from '../../../model/schema/load.js';
import { kindsOnDisk } from '../../kits/all-kinds.js';
test('x', async () => {
  const kinds = await kindsOnDisk();
  const out: string[] = [];
  const show = (file: string) => { const text = readFileSync(file,'utf8');
    const r = loadRunbook(text, file, kinds);
    out.push(file.split('/').pop() + '   ' + text.split('\n')[0], ...(r.problems ?? []).map(p=>`     ${p.line}:${p.column} ${p.message} | ${p.hint}`)); };
  show('/tmp/h1/base.yaml');
  for (const f of readdirSync('test/runbooks-broken').sort()) show('test/runbooks-broken/'+f);
  process.stdout.write(out.join('\n')+'\n');
});
