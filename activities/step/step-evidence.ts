import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { StepTask } from '../../model/state/contract.js';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import { placeOfStep, type StepPlace } from '../../model/evidence/step-place.js';
import { sha256 } from '../../evidence/durable.js';
import { openStore } from '../../evidence/open-store.js';
import { acquireLease } from './lease.js';
import { openAppender } from './line-appender.js';
import type { StepEvidence } from './step.js';
import { StepError } from './step-error.js';
import { unwritable } from './unwritable.js';

const LEASE = '.lease';
const SAFE_SEGMENT = /^[A-Za-z0-9_@+=-][A-Za-z0-9._@+=-]{0,127}$/;

/**
 * A step's folder below the bundle: `data/phases/<phase>.<attempt>/<step>`. A step that an operator had done again has
 * one of its own for each epoch, so that a second deed never mixes with the first.
 */
