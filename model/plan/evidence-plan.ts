import type { CertificatePlan } from './certificate-plan.js';

/** Where the bundle lies, what it must hold, and what its pages show. */
export interface EvidencePlan {
  /** Folder of this go-live's bundle (absolute). */
  directory: string;
  /** File name of the sign-off page in the bundle, e.g. `DAY3_SIGNOFF.md`. */
  signoff: string;
  include: IncludePlan[];
  /** What report and sign-off show side by side, as it was before and after; absent where nothing is. */
  states?: StatePlan[];
  /** The boxes of the sign-off page, and what answers each; absent where every hard gate is one. */
  boxes?: BoxPlan[];
  certificate?: CertificatePlan;
}

/** A box to tick, and the gate, step or checklist item that does: `<phase>.<id>`. */
export interface BoxPlan {
  text: string;
  by: string;
}

/** One thing as two steps read it: `<phase>.<step>.<output>`. */
export interface StatePlan {
  title: string;
  before: string;
  after: string;
}

/** A file that the bundle must hold under a fixed name, made of what steps left as evidence. */
export interface IncludePlan {
  file: string;
  /** `<phase>.<step>.<evidence name>`, joined in this order (JSON lines and CSV without repeating the header). */
  from: string[];
  attempts?: 'all';
}
