import { type AnswerRule, answerRules } from './spoiler.js';
import { DOCUMENT_TYPES } from '../rules/types.js';

export interface ApiConfig {
  port: number;
  host: string;
  databaseUrl: string;
  redisUrl: string;
  apiUrl: string;
  useStubs: boolean;
  ocrEnabled: boolean;
  documentTypes: string[];
  apiToken: string;
  rateLimit: { max: number; windowMs: number; mode: 'fixed' | 'penalty' };
  auditDir: string;
  rulesOff: string[];
  /** `alternate`: every second look at the same case is lenient on near matches of wording. */
  typoMode: 'strict' | 'lenient' | 'alternate';
  /** Validations after which extraction reads less of each page; 0 = never. */
  degradeAfter: number;
  /** How answers differ from what was found; empty for a sound service. */
  answers: AnswerRule[];
}

type Environment = Record<string, string | undefined>;

function flag(env: Environment, name: string, fallback: boolean): boolean {
  const text = (env[name] ?? '').trim().toLowerCase();
  if (text === '') return fallback;
  if (['true', '1', 'yes'].includes(text)) return true;
  if (['false', '0', 'no'].includes(text)) return false;
  throw new Error(`${name} must be true or false, got ${JSON.stringify(env[name])}`);
}

function whole(env: Environment, name: string, fallback: number): number {
  const text = (env[name] ?? '').trim();
  if (text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new Error(`${name} must be a whole number, got ${JSON.stringify(text)}`);
  return value;
}

function oneOf<T extends string>(env: Environment, name: string, choices: readonly [T, ...T[]]): T {
  const text = (env[name] ?? '').trim();
  if (text === '') return choices[0];
  const found = choices.find((choice) => choice === text);
  if (!found) throw new Error(`${name} must be one of ${choices.join(', ')}, got ${JSON.stringify(text)}`);
  return found;
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** Reads the environment. @throws Error that names the variable and what it may be. */
export function readConfig(env: Environment): ApiConfig {
  const required = (name: string) => {
    const text = env[name];
    if (!text) throw new Error(`${name} is not set`);
    return text;
  };
  const types = list(env.DOCUMENT_TYPES);
  return {
    port: whole(env, 'PORT', 8000),
    databaseUrl: required('DATABASE_URL'),
    redisUrl: required('REDIS_URL'),
    apiUrl: env.DAY3_API_URL ?? '',
    host: env.HOST || '127.0.0.1',
    useStubs: flag(env, 'USE_STUBS', false),
    ocrEnabled: flag(env, 'OCR_ENABLED', true),
    documentTypes: types.length > 0 ? types : [...DOCUMENT_TYPES],
    apiToken: env.DAY3_API_TOKEN ?? '',
    rateLimit: {
      max: whole(env, 'RATE_LIMIT_MAX', 60),
      windowMs: whole(env, 'RATE_LIMIT_WINDOW_MS', 60_000),
      mode: oneOf(env, 'RATE_LIMIT_MODE', ['fixed', 'penalty']),
    },
    auditDir: env.AUDIT_DIR ?? '',
    rulesOff: list(env.LC_RULES_OFF),
    typoMode: oneOf(env, 'LC_TYPO_MODE', ['strict', 'lenient', 'alternate']),
    degradeAfter: whole(env, 'LC_DEGRADE_AFTER', 0),
    answers: answerRules(env.LC_ANSWERS),
  };
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1:***@');
}

/** The configuration as the log may show it. */
export function shown(config: ApiConfig): Record<string, unknown> {
  return {
    ...config,
    databaseUrl: withoutPassword(config.databaseUrl),
    redisUrl: withoutPassword(config.redisUrl),
    apiToken: config.apiToken === '' ? 'none (authentication off)' : 'set',
  };
}
