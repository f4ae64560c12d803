import { z } from 'zod';
import { secretRef } from './secret-refs.js';

/** A variable of an environment, by its name. */
export const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and _');

/** Variables that programs get besides the allow-listed environment; a secret stands by reference. */
export const environment = z.record(environmentName, z.union([z.string().max(8192), secretRef]));
