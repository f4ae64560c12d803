import { describe, expect, test } from '@jest/globals';
import { mayBreakGlass, mayVote, readSigners } from '../../../model/signing/allowed-signers.js';
import { BREAK_GLASS_NAMESPACE, NAMESPACE } from '../../../model/signing/signing.js';

describe('the allowed-signers file', () => {
  const key = `ssh-ed25519 ${'A'.repeat(68)}`;
  const other = `ssh-ed25519 ${'B'.repeat(68)}`;
  test('comments, options and times are read', () => {
    const text = `# people\n\nada@example.org namespaces="${NAMESPACE},${BREAK_GLASS_NAMESPACE}",valid-before="20270101Z" ${key} Ada's\n`;
    expect(readSigners(text)).toEqual({
      problems: [],
      signers: [
        {
          line: 3,
          principals: ['ada@example.org'],
          namespaces: [NAMESPACE, BREAK_GLASS_NAMESPACE],
          validBefore: '20270101Z',
          keyType: 'ssh-ed25519',
          key: 'A'.repeat(68),
        },
      ],
    });
  });
  test.each([
    [`*@example.org namespaces="${NAMESPACE}" ${key}`, 'plain principal'],
    [`a@x,b@x namespaces="${NAMESPACE}" ${key}`, 'several principals'],
    [`a@x ${key}`, 'what its key is for'],
    [`a@x namespaces="git" ${key}`, "not one of golive's"],
    [`a@x namespaces="${NAMESPACE},*" ${key}`, "not one of golive's"],
    [`a@x cert-authority,namespaces="${NAMESPACE}" ${key}`, "'cert-authority' is not taken"],
    [`a@x namespaces="${NAMESPACE}",namespaces="${NAMESPACE}" ${key}`, 'twice'],
    [`a@x namespaces="${NAMESPACE}" ssh-dss AAAA`, 'no key type'],
    [`a@x namespaces="${NAMESPACE}" ssh-ed25519`, 'no public key'],
    [`a@x namespaces="${NAMESPACE}",valid-before="soon" ${key}`, 'time of validity'],
    [`-Oprint namespaces="${NAMESPACE}" ${key}`, 'plain principal'],
  ])('%j is refused with its line', (line, why) => {
    const { signers, problems } = readSigners(`ok@x namespaces="${NAMESPACE}" ${other}\n${line}\n`);
    expect(signers).toHaveLength(1);
    expect(problems).toEqual([{ line: 2, message: expect.stringContaining(why), hint: expect.any(String) }]);
  });
  test('one key speaks for one person', () => {
    const { problems } = readSigners(`a@x namespaces="${NAMESPACE}" ${key}\nb@x namespaces="${NAMESPACE}" ${key}\n`);
    expect(problems).toMatchObject([{ line: 2, message: 'This key already belongs to a@x.' }]);
  });
  test('one person may have several keys', () => {
    const { signers, problems } = readSigners(
      `a@x namespaces="${NAMESPACE}" ${key}\r\na@x namespaces="${NAMESPACE}" ${other}\n`,
    );
    expect([signers.map(({ line }) => line), problems]).toEqual([[1, 2], []]);
  });
  test('a file that is too long for a plan is refused as a whole', () => {
    const line = `a@x namespaces="${NAMESPACE}" ${key}\n`;
    const { signers, problems } = readSigners(line + '#'.repeat(16_384));
    expect(signers).toEqual([]);
    expect(problems).toMatchObject([{ line: 1, message: expect.stringContaining('at most 16384') }]);
  });
  test.each([
    [NAMESPACE, true, false],
    [BREAK_GLASS_NAMESPACE, false, true],
    [`${NAMESPACE},${BREAK_GLASS_NAMESPACE}`, true, true],
  ])('a key for %s may do that and no more', (namespaces, votes, breaks) => {
    const [signer] = readSigners(`a@x namespaces="${namespaces}" ${key}`).signers;
    expect(signer && [mayVote(signer), mayBreakGlass(signer)]).toEqual([votes, breaks]);
  });
});
