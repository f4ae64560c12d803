import type { NamedPattern } from '../../activities/step/step.js';

/** What the name of a secret holds. */
const NAMES =
  'pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|account[_-]?key|auth[_-]?key';
/** A name of one, up to where its value begins: of code, JSON, YAML, dotenv, a table of TOML, an option of a command. */
const NAMED = String.raw`(?:${NAMES})[A-Za-z0-9_-]{0,20}["'\]]{0,2}\s{0,3}(?::=|=>|={1,3}|:)\s{0,3}`;
/** What only stands for a value: a reference, a template, a mask, a word in brackets. */
const STANDS_FOR = String.raw`(?!\$|%[({A-Z]|\{|<|\[|\*{3}|x{3}|X{3}|\.{3}|(?:env|vault|ref|file|arn|https?)[:.])`;
/** A word alone may be a name or a sentence: a value has a digit, and a letter. */
const VALUE = String.raw`(?=[^"'\x60\s]{0,199}\d)(?=[^"'\x60\s]{0,199}[A-Za-z])`;

/**
 * Passwords and keys that only their name tells. Within quotes any value that has a letter and a digit; without them to the
 * end of the line, in letters of no language.
 */
export const ASSIGNED: readonly NamedPattern[] = [
  {
    rule: 'assigned-secret',
    pattern: new RegExp(String.raw`(?<=${NAMED}["'\x60])${STANDS_FOR}${VALUE}[^"'\x60\s]{8,200}(?=["'\x60])`, 'gi'),
  },
  {
    rule: 'assigned-secret',
    pattern: new RegExp(
      String.raw`(?<=^[ \t]{0,40}(?:export[ \t]{1,3}|-[ \t]{1,3}|ENV[ \t]{1,3})?[A-Za-z0-9_.-]{0,60}${NAMED.replaceAll(String.raw`\s`, '[ \\t]')})${STANDS_FOR}${VALUE}[A-Za-z0-9+/=_!@#%^&*~-]{8,200}(?=[ \t]{0,20}(?:#.{0,200})?\r?$)`,
      'gim',
    ),
  },
  // A pair of a connection string: what stands before it ends with a semicolon.
  {
    rule: 'connection-string',
    pattern: new RegExp(
      String.raw`(?<=;[ \t]?(?:[A-Za-z]{1,20}[ \t]?)?(?:${NAMES})[ \t]?=[ \t]?)${STANDS_FOR}(?=[^;"'\x60\s]{0,199}\d)(?=[^;"'\x60\s]{0,199}[A-Za-z])[^;"'\x60\s]{8,200}(?=[;"'\x60\s]|$)`,
      'gi',
    ),
  },
  // A configuration that has names and values as attributes.
  {
    rule: 'assigned-secret',
    pattern: new RegExp(
      String.raw`(?<=(?:${NAMES})[A-Za-z0-9_.-]{0,20}["'][ \t]{1,5}value[ \t]?=[ \t]?["'])${STANDS_FOR}${VALUE}[^"'\x60\s]{8,200}(?=["'])`,
      'gi',
    ),
  },
  // Who calls a service, and his password: `-u name:password`.
  {
    rule: 'user-of-command',
    pattern: new RegExp(
      String.raw`(?<=[ \t](?:-u|--user)[ =]["']?[A-Za-z0-9._@-]{1,64}:)(?!//)${STANDS_FOR}${VALUE}[^"'\x60\s]{8,200}(?=["'\s]|$)`,
      'g',
    ),
  },
];

const LETTERS = 'QwErTyUiOpAsDfGhJkLzXcVbNm0123456789';

/** Something to be found in every run, put together here, so that nobody who looks through golive itself finds it. */
export const PLANTS: readonly { rule: string; text: string }[] = [
  { rule: 'aws-key-id', text: `id = ${['AKIA', 'Z7QJ4XK2M5TPW3NV'].join('')}` },
  { rule: 'aws-secret', text: `aws_secret_access_key = ${LETTERS}AbCd` },
  { rule: 'github-token', text: `token: ${['ghp', LETTERS].join('_')}` },
  { rule: 'slack-token', text: `# ${['xoxb', '123456789012', LETTERS.slice(0, 24)].join('-')}` },
  { rule: 'telegram-token', text: `bot${['123456789', `AA${LETTERS.slice(0, 33)}`].join(':')}/getMe` },
  {
    rule: 'private-key',
    text: ['-----BEGIN', ` PRIVATE KEY-----\n${LETTERS}${LETTERS}\n-----END`, ' PRIVATE KEY-----'].join(''),
  },
  { rule: 'password-in-address', text: ['postgres://app:', 'pl4nted-one', '@db.example/x'].join('') },
  { rule: 'assigned-secret', text: ['"password": ', '"pl4nted-too"'].join('') },
  { rule: 'assigned-secret', text: ['DB_PASSWORD', 'pl4nted-three'].join('=') },
  { rule: 'connection-string', text: ['Name=x;AccountKey', `${LETTERS}==;End=y`].join('=') },
  { rule: 'assigned-secret', text: ['<add key="DbPassword" value', '"pl4nted-four"/>'].join('=') },
  { rule: 'user-of-command', text: ['curl -u admin', 'pl4nted-five x'].join(':') },
];
