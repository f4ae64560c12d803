/** The document types that the service knows. */
export const DOCUMENT_TYPES = [
  'letter_of_credit',
  'commercial_invoice',
  'bill_of_lading',
  'insurance_certificate',
  'certificate_of_origin',
  'packing_list',
  'presentation_cover',
] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

export interface InputDocument {
  name: string;
  /** What the sender says it is; classified from the text when absent or unknown. */
  type?: string | undefined;
  text: string;
}

export type Verdict = 'pass' | 'warn' | 'reject' | 'blocked';
export type Severity = 'critical' | 'major' | 'minor';

export interface Issue {
  code: string;
  severity: Severity;
  field: string;
  message: string;
}

/** A day as the count of days since 1970-01-01 (UTC), so that periods are subtractions. */
export type Day = number;

export interface Money {
  currency: string;
  /** Smallest unit (cents), so that sums are exact. */
  cents: number;
}

/** How a page came in: `text` (born digital) or `ocr` (the text layer of a scanned image). */
export type ReadPath = 'text' | 'ocr';

/** A value read from a page, or why there is none. Absence is never an empty string. */
export type Read<T> =
  | { kind: 'read'; value: T; scanned: boolean }
  | { kind: 'absent' }
  | { kind: 'unreadable'; raw: string };

export interface RuleConfig {
  /** Types that the deployment accepts; a required document of another type blocks the case. */
  acceptedTypes: readonly string[];
  ocrEnabled: boolean;
  /** Rule ids that the deployment switched off. */
  rulesOff: readonly string[];
  /** `strict`: a near match of wording raises a minor issue; `lenient`: it does not. */
  typos: 'strict' | 'lenient';
  /** Share of each page that extraction reads, 0…1; below 1 the service is degraded. */
  readShare: number;
}

export const DEFAULT_RULES: RuleConfig = {
  acceptedTypes: DOCUMENT_TYPES,
  ocrEnabled: true,
  rulesOff: [],
  typos: 'strict',
  readShare: 1,
};

export interface Classified {
  name: string;
  type: DocumentType | 'unknown';
  path: ReadPath;
}

export interface StructuredResult {
  lc_detected: boolean;
  documents_present: Record<string, boolean>;
  extraction_summary: { documents: number; fields_extracted: number; fields_expected: number; confidence: number };
  issues: Issue[];
}

export interface Outcome {
  verdict: Verdict;
  structured_result: StructuredResult;
  classified: Classified[];
}
