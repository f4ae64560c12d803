/** What a certificate is judged by: which decision is which level, and what its gates are made of. */
export interface CertificatePlan {
  /** The middle of its id, e.g. `PROD-HARDENING`. */
  name: string;
  /** Weakest first; the last needs every gate to pass. */
  levels: { title: string; decision: string; approvedFor: string }[];
  /** `<phase>.<step>.<output>`. */
  commit: string;
  branch?: string;
  /** `<phase>.<step>` of the step that tells which phases of earlier go-lives count. */
  earlier?: string;
  gates: CertificateGatePlan[];
  /** `of`: it is one only where one of these phases was executed. */
  risks: { risk: string; mitigation: string; of?: string[] }[];
  handOver: string[];
}

export interface CertificateGatePlan {
  id: string;
  title: string;
  /** `<phase>.<gate>`: gates of phases that it is made of. */
  by: string[];
  /** `<phase>.<gate>`: dry runs that show that it can be executed. */
  ready: string[];
  /** How long it takes to mend it where it fails, by the runbook, in milliseconds. */
  mendMs?: number;
}
