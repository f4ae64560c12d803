import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { encryptionCodec } from './codec.js';
import { payloadKeys } from './keys.js';

/** Keeps texts of failures where payloads are, so that encryption covers them. A path: the sandbox bundles it. */
export const failureConverterPath = fileURLToPath(new URL('./failure-converter.cjs', import.meta.url));
/** Reads payloads inside workflows without ever throwing. */
export const payloadConverterPath = fileURLToPath(new URL('./payload-converter.cjs', import.meta.url));

/**
 * How a client reads and writes payloads: encrypted when `GOLIVE_PAYLOAD_KEY` names keys, else undefined.
 * @throws WireError when a key cannot be used
 */
export function clientDataConverter(env: NodeJS.ProcessEnv): DataConverter | undefined {
  const keys = payloadKeys(env);
  return keys && { payloadCodecs: [encryptionCodec(keys)] };
}

/** The same for a worker, which also makes failures. */
export function workerDataConverter(env: NodeJS.ProcessEnv): DataConverter | undefined {
  const converter = clientDataConverter(env);
  return converter && { ...converter, failureConverterPath };
}
