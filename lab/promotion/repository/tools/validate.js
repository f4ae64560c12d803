import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { load } from '../compat/index.js';
import { rulesBelow } from './rules.js';

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** What each validator finds of one rule: what is wrong, and the smallest change that would make it right. */
const VALIDATORS = {
  contracts: () => {
    const contracts = read('contracts/modules.json');
    return (id, { contract }) =>
      same(contract, contracts[id]) ? undefined : [`its contract is ${JSON.stringify(contract)}`, `contract = ${JSON.stringify(contracts[id])}`];
  },
  identity: () => {
    const registry = read('identity/registry.json');
    const numbers = Object.values(registry);
    return (id, rule) => {
      if (rule.id !== id) return [`it calls itself ${rule.id}`, `id = '${id}'`];
      if (registry[id] === undefined) return ['it is not registered', `identity/registry.json: add ${id}`];
      return numbers.indexOf(registry[id]) === numbers.lastIndexOf(registry[id]) ? undefined : [`${registry[id]} is another's number, too`, `identity/registry.json: another number for ${id}`];
    };
  },
  policy: () => {
    const owners = read('policy/owners.json');
    return (id, { owner }) => {
      const allowed = owners[id.split('/')[0]] ?? [];
      return allowed.includes(owner) ? undefined : [`${owner} may not own it`, `owner = '${allowed[0]}'`];
    };
  },
  telemetry: () => {
    const known = new Set(read('telemetry/events.json'));
    return (_, { events }) => {
      const unknown = events.filter((event) => !known.has(event));
      return unknown.length === 0 ? undefined : [`nobody knows ${unknown.join(', ')}`, `telemetry/events.json: add ${unknown.join(', ')}`];
    };
  },
  imports: () => () => undefined,
};

const [name = ''] = process.argv.slice(2);
const validator = VALIDATORS[name];
if (!validator) {
  process.stderr.write(`usage: node tools/validate.js ${Object.keys(VALIDATORS).join('|')}\n`);
  process.exit(2);
}
const check = validator();
const ids = name === 'imports' ? [...rulesBelow('src'), ...rulesBelow('candidate')] : rulesBelow('src');
const failures = [];
for (const id of ids) {
  try {
    const [reason, minimal] = check(id, await load(id)) ?? [];
    if (reason !== undefined) failures.push({ id, reason, minimal });
  } catch (error) {
    failures.push({ id, reason: String(error.message).split('\n')[0], minimal: 'make it importable' });
  }
}
mkdirSync('out', { recursive: true });
const file = name === 'imports' ? 'out/import_failures.json' : `out/${name}.json`;
writeFileSync(file, `${JSON.stringify({ validator: name, checked: ids.length, failed: failures.length, failures }, null, 2)}\n`);
process.stdout.write(`${name}: ${ids.length} checked, ${failures.length} failed\n`);
for (const { id, reason } of failures.slice(0, 20)) process.stdout.write(`  ${id}: ${reason}\n`);
process.exit(failures.length === 0 ? 0 : 1);
