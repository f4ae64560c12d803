import { resolve } from 'node:path';
import type { Json } from '../../model/json.js';
import type { GoLiveRef } from '../../model/state/contract.js';
import { allowedEnv } from '../command/environment.js';
import { redactIn } from '../command/redact-in.js';
import { redactorOf } from '../command/redact.js';
import { resolveSecret } from '../command/secret.js';
import { send } from '../reach/http.js';
import { checkHost, checkSecretHost, judgedLookup, SECRET_ADDRESS } from '../reach/reach.js';
import type { Capabilities } from '../step/step.js';

/** Names of variables whose values are secrets themselves, whatever they are read for. */
const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD)(_DATA)?$/;

/** The secrets that one attempt has read. */
export class Secrets {
  private readonly read = new Set<string>();
  private redactor = redactorOf([]);

  get values(): readonly string[] {
    return [...this.read];
  }

  /** @returns the value itself */
  add(value: string): string {
    if (!this.read.has(value)) {
      this.read.add(value);
      this.redactor = redactorOf(this.values);
    }
    return value;
  }

  readonly redact = (text: string): string => this.redactor(text);

  readonly redactIn = (value: Json): Json => (this.read.size === 0 ? value : redactIn(value, this.redactor));
}

export interface Bounds {
  goLive: Pick<GoLiveRef, 'baseDir' | 'network'>;
  /** The worker's environment. */
  env: NodeJS.ProcessEnv;
  /** Ends what is under way. */
  signal: AbortSignal;
  secrets: Secrets;
}

/** Binds the ways to the outside to a plan and to whom they are lent. */
export function createCapabilities({ goLive, env, signal, secrets }: Bounds): Capabilities {
  const { network } = goLive;
  return {
    http: ({ secretAddress, ...request }) => {
      // An address without a secret in it is one that the runbook wrote: it is held to the plan whatever is claimed.
      const holds = secretAddress && secrets.values.some((secret) => request.url.includes(secret));
      const holdsSecret = (text: string): boolean => secrets.redact(text) !== text;
      return send({ ...request, signal, network, holdsSecret, ...(holds ? { secretAddress: true } : {}) });
    },
    reach: (host, port, secret) => {
      if (secret === undefined || !secrets.values.includes(secret)) {
        checkHost(host, port, network);
        return judgedLookup(port, network);
      }
      checkSecretHost(host, port, network);
      return judgedLookup(port, undefined, { shown: SECRET_ADDRESS });
    },
    // A secret's file is named by the plan itself and may lie anywhere.
    secret: async (ref) => secrets.add(await resolveSecret(ref, env, (relative) => resolve(goLive.baseDir, relative))),
    redact: secrets.redact,
    redactIn: secrets.redactIn,
    env: (...families) => {
      const allowed = allowedEnv(env, families);
      for (const [name, value] of Object.entries(allowed)) if (SECRET_NAME.test(name)) secrets.add(value);
      return allowed;
    },
  };
}
