#!/usr/bin/env node
// A second opinion on a bundle: node independent.mjs BUNDLE SHA256:fingerprint [allowed_signers]
// It shares nothing with golive: sha256sum, ssh-keygen and Node's own crypto. It says yes (exit 0) or no (exit 1); the
// tests call `judge`, which throws where the answer is no.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

let root, trusted, signers;
const must = (holds, why) => {
  if (!holds) throw new Error(why);
};
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (name) => readFileSync(join(root, name));
const utf8 = (bytes) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
const sorted = (value) =>
  Array.isArray(value)
    ? value.map(sorted)
    : value && typeof value === 'object'
      ? Object.fromEntries(Object.keys(value).toSorted().map((key) => [key, sorted(value[key])]))
      : value;
const canonical = (value) => JSON.stringify(sorted(value));
const base64 = (text) => {
  const bytes = Buffer.from(text, 'base64');
  must(bytes.toString('base64') === text, 'base64 in a second spelling');
  return bytes;
};

function files(below = '') {
  return readdirSync(join(root, below), { encoding: 'buffer' }).flatMap((name) => {
    const path = below ? `${below}/${utf8(name)}` : utf8(name);
    const status = lstatSync(join(root, path));
    if (!status.isDirectory()) must(status.isFile() && status.size < 2 ** 30, `${path} is no plain file of a sane size`);
    else must(readdirSync(join(root, path)).length > 0, `${path} is an empty folder`);
    return status.isDirectory() ? files(path) : [path];
  });
}

function checkFiles() {
  const there = files();
  const payload = there.filter((path) => path.startsWith('data/')).toSorted();
  const tags = ['bag-info.txt', 'bagit.txt', 'evidence-key.pem', 'manifest-sha256.txt', 'seal.dsse.json'];
  must(
    canonical(there.filter((path) => !path.startsWith('data/')).toSorted()) === canonical([...tags, 'tagmanifest-sha256.txt']),
    'tag files missing or added',
  );
  for (const [manifest, names] of [['manifest-sha256.txt', payload], ['tagmanifest-sha256.txt', tags]]) {
    // sha256sum does the hashing; its own report is the manifest, byte for byte.
    const said = execFileSync('sha256sum', ['--', ...names], { cwd: root, maxBuffer: 1 << 28 });
    must(said.equals(bytesOf(manifest)), `${manifest} is not what sha256sum says`);
  }
  must(utf8(bytesOf('bagit.txt')) === 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n', 'bagit.txt');
  return payload;
}

function checkSeal() {
  const pem = utf8(bytesOf('evidence-key.pem'));
  const key = createPublicKey(pem);
  must(key.export({ type: 'spki', format: 'pem' }) === pem, 'the key has a second spelling');
  const print = `SHA256:${createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('base64').replace(/=+$/, '')}`;
  must(print === trusted, `the key ${print} is not trusted`);
  const text = utf8(bytesOf('seal.dsse.json'));
  const envelope = JSON.parse(text);
  must(`${canonical(envelope)}\n` === text, 'the envelope has a second spelling');
  must(Object.keys(envelope).length === 3 && envelope.signatures.length === 1, 'the envelope holds something else');
  must(envelope.payloadType === 'application/vnd.in-toto+json' && envelope.signatures[0].keyid === print, 'envelope');
  must(Object.keys(envelope.signatures[0]).length === 2, 'the signature holds something else');
  const body = base64(envelope.payload);
  const head = Buffer.from(`DSSEv1 ${envelope.payloadType.length} ${envelope.payloadType} ${body.length} `);
  must(verify(null, Buffer.concat([head, body]), key, base64(envelope.signatures[0].sig)), 'the signature is not good');
  const statement = JSON.parse(utf8(body));
  must(canonical(statement) === utf8(body), 'the statement has a second spelling');
  must(statement._type === 'https://in-toto.io/Statement/v1', 'statement');
  must(statement.predicateType === 'urn:golive:evidence:v1', 'another version');
  must(Object.keys(statement).length === 4 && Object.keys(statement.predicate).length === 16, 'unknown fields');
  const names = ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt'];
  must(
    canonical(statement.subject) === canonical(names.map((name) => ({ name, digest: { sha256: sha(bytesOf(name)) } }))),
    'the seal names other files',
  );
  return statement.predicate;
}

function checkLog(seal, payload) {
  const text = utf8(bytesOf('data/events.jsonl'));
  must(text.endsWith('\n'), 'the log is torn');
  let prev = '0'.repeat(64);
  const events = text
    .trimEnd()
    .split('\n')
    .map((line, index) => {
      const event = JSON.parse(line);
      must(JSON.stringify(event) === line, `line ${index + 1} has a second spelling`);
      must(event.seq === index && event.prev === prev, `line ${index + 1} does not follow`);
      prev = createHash('sha256').update(Uint8Array.of(0)).update(line).digest('hex');
      return event;
    });
  must(events.length === seal.events.count && prev === seal.events.head, 'another log than the sealed one');
  must(events.findIndex(({ type }) => type === 'sealed') === events.length - 1, 'the log is not sealed at its end');
  const rest = payload.filter((path) => path !== 'data/events.jsonl');
  const manifest = rest.map((path) => `${sha(bytesOf(path))}  ${path}\n`).join('');
  must(events.at(-1).digest === sha(manifest) && events.at(-1).files === rest.length, 'sealed over other files');
  return events;
}

function checkPeople(plan, state, digest) {
  if (plan.signing?.level !== 'signed') return;
  must(signers, 'signed approvals, and no signers were given');
  const folder = mkdtempSync(join(tmpdir(), 'second-opinion-'));
  try {
    for (const asked of state.approvals) {
      if (asked.status !== 'approved') continue;
      const good = asked.votes.filter((vote) => vote.status === 'counted');
      for (const vote of good) {
        const said = JSON.parse(vote.statement);
        const expected = { goLive: plan.goLiveId, plan: digest, about: asked.id, digest: asked.digest, nonce: asked.nonce };
        Object.assign(expected, { message: vote.vote, by: vote.by, role: vote.role, principal: vote.principal });
        for (const [name, value] of Object.entries(expected)) must(said[name] === value, `${asked.id}: another ${name}`);
        must(plan.signing.principals[vote.by] === vote.principal, `${asked.id}: signed by somebody else`);
        must(vote.breakGlass || vote.by !== state.startedBy, `${asked.id}: the starter`);
        const twice = (other) => other !== vote && other.role === vote.role && other.principal === vote.principal;
        must(!good.some(twice), `${asked.id}: ${vote.by} twice as ${vote.role}`);
        base64(vote.signature);
        const armour = `-----BEGIN SSH SIGNATURE-----\n${vote.signature.replace(/.{1,70}/g, '$&\n')}-----END SSH SIGNATURE-----\n`;
        writeFileSync(join(folder, 'sig'), armour);
        const space = vote.breakGlass ? 'golive-break-glass@v1' : 'golive-approval@v1';
        const time = `verify-time=${vote.at.replace(/[-:T]/g, '').slice(0, 14)}Z`;
        const args = ['-Y', 'verify', '-f', signers, '-I', vote.principal, '-n', space, '-s', join(folder, 'sig'), '-O', time];
        const { status } = spawnSync('ssh-keygen', args, { input: vote.statement });
        must(status === 0, `${asked.id}: the signature of ${vote.by} is not good`);
      }
      for (const { role, count } of asked.needs) {
        const yes = new Set(good.filter((vote) => vote.vote === 'approve' && vote.role === role).map((vote) => vote.principal));
        must(yes.size >= count || good.some((vote) => vote.breakGlass), `${asked.id}: ${yes.size} of ${count} ${role}`);
      }
      must(!good.some((vote) => vote.vote === 'reject'), `${asked.id}: rejected`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Whether somebody waived this very gate before the phase was accepted, and for longer than that.
function waived({ id, approvals }, gate, { by, until } = {}, events) {
  const passed = events.findLast((one) => one.type === 'phase.passed' && one.phase === id);
  const began = events.findLast((one) => one.type === 'phase.started' && one.phase === id && one.seq < passed.seq);
  const after = (one) => approvals.some((rule) => rule.when === 'after' && rule.id === one.approval);
  const at = events.find((one) => one.type === 'approval.asked' && one.seq > began.seq && after(one)) ?? passed;
  const mine = ({ said, seq }) => said.gate === `${id}.${gate}` && said.by === by && said.until === until && seq < at.seq;
  return Date.parse(until) > Date.parse(at.time) && events.some((one) => one.type === 'message.waive' && mine(one));
}

// Gates whose value is a plain figure of a step: the figure must be the logged one, and must hold.
function checkGates(plan, state, events) {
  for (const phase of plan.phases) {
    const told = state.phases.find(({ id }) => id === phase.id);
    if (told?.status !== 'passed') continue;
    must(events.some((one) => one.type === 'phase.passed' && one.phase === phase.id), `${phase.id}: never passed`);
    must(told.gates.length === phase.gates.length, `${phase.id}: other gates than planned`);
    for (const gate of phase.gates) {
      const said = told.gates.find(({ id }) => id === gate.id);
      must(said && (said.verdict === 'go' || said.verdict === 'waived' || !gate.hard), `${phase.id}.${gate.id}: not go`);
      if (said?.verdict === 'waived') must(waived(phase, gate.id, said.waiver, events), `${phase.id}.${gate.id}: not waived`);
      const [, step, path] = /^(?:steps\.(\w+)|it)\.([\w.]+)$/.exec(gate.value) ?? [];
      if (!path || said.verdict === 'waived') continue;
      const id = (step ?? gate.it).replaceAll('_', '-');
      const done = events.findLast((one) => one.type === 'step.done' && one.phase === phase.id && one.step.replaceAll('_', '-') === id);
      const value = path.split('.').reduce((from, key) => from?.[key], done?.outputs);
      must(value === said.value, `${phase.id}.${gate.id}: ${said.value} is not the logged ${value}`);
      const { op, threshold } = gate.limit;
      const holds = { atLeast: value >= threshold, above: value > threshold, atMost: value <= threshold, below: value < threshold, equals: value === threshold }[op];
      must(holds !== false || !gate.hard, `${phase.id}.${gate.id}: ${value} does not hold`);
    }
  }
}

// A decision is about phases that stand: what was taken back passed since, at an attempt that was not begun before.
function checkStanding(plan, state, events) {
  const phasesOf = (id) => plan.decisions.find((one) => one.id === id)?.requires.flatMap(phasesOf) ?? [id];
  for (const { id, verdict } of state.decisions) {
    if (verdict !== 'go' && verdict !== 'waived') continue;
    for (const phase of phasesOf(id)) {
      const fall = events.findLast((one) => one.phase === phase && one.type === 'phase.taken-back');
      if (!fall) continue;
      const begun = events.filter((one) => one.phase === phase && one.type === 'phase.started');
      const before = Math.max(...begun.filter(({ seq }) => seq < fall.seq).map(({ attempt }) => attempt));
      const again = events.some((one) => one.phase === phase && one.type === 'phase.passed' && one.seq > fall.seq && one.attempt > before);
      must(again, `${id}: ${phase} was taken back by ${fall.rollback}`);
      const { attempt } = state.phases.find((one) => one.id === phase);
      must(attempt > before, `${id}: ${phase} stands at attempt ${attempt}, and ${before} was taken back`);
    }
  }
}

/** Throws where a bundle is not what it says; else gives what it says. */
export function judge(...given) {
  [root, trusted, signers] = given;
  const payload = checkFiles();
  const seal = checkSeal();
  const events = checkLog(seal, payload);
  const { plan, digest } = JSON.parse(utf8(bytesOf('data/plan.json')));
  const state = JSON.parse(utf8(bytesOf('data/state.json')));
  must(sha(canonical(plan)) === digest && state.planDigest === digest && seal.plan === digest, 'another plan');
  must(seal.verdict === state.verdict && seal.goLive === state.id && seal.mode === plan.mode, 'another go-live');
  must(events.findLast(({ type }) => type === 'verdict')?.verdict === state.verdict, 'the log has another verdict');
  const order = ['go', 'waived', 'inconclusive', 'no-go'];
  const worst = (list) => order[Math.max(...list.map((verdict) => order.indexOf(verdict === 'pending' ? 'inconclusive' : verdict)))];
  const verdict = state.aborted ? 'no-go' : worst(state.decisions.map((decision) => decision.verdict));
  must(state.verdict === verdict, 'the decisions give another verdict');
  checkGates(plan, state, events);
  checkStanding(plan, state, events);
  checkPeople(plan, state, digest);
  return `${seal.goLive} ${seal.verdict}`;
}

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url) {
  try {
    console.log(`YES: ${judge(...process.argv.slice(2))}`);
  } catch (error) {
    console.log(`NO: ${error.message}`);
    process.exitCode = 1;
  }
}
