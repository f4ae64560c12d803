import type { Plan } from '../plan/plan.js';

/** What a go-live is found by in Temporal: its search attributes, all of type Keyword. */
export const SEARCH_ATTRIBUTES = {
  target: 'GoLiveTarget',
  runbook: 'GoLiveRunbook',
  change: 'GoLiveChange',
  phase: 'GoLivePhase',
  verdict: 'GoLiveVerdict',
  waitingOn: 'GoLiveWaitingOn',
  mode: 'GoLiveMode',
} as const;
export type SearchAttribute = keyof typeof SEARCH_ATTRIBUTES;
export const SEARCH_ATTRIBUTE_NAMES = Object.values(SEARCH_ATTRIBUTES);

/** One search attribute as Temporal takes it. */
export interface AttributePair {
  key: { name: (typeof SEARCH_ATTRIBUTES)[SearchAttribute]; type: 'KEYWORD' };
  value: string;
}

/** The pairs that Temporal takes, of attributes by our names. */
export function attributePairs(values: Partial<Record<SearchAttribute, string>>): AttributePair[] {
  return Object.entries(values).map(([attribute, value]) => ({
    key: { name: SEARCH_ATTRIBUTES[attribute as SearchAttribute], type: 'KEYWORD' },
    value,
  }));
}

/** Fields of the memo of a go-live, which it is started with; all of them are text. */
export const MEMO_FIELDS = [
  'startedBy',
  'runbook',
  'title',
  'change',
  'mode',
  'evidenceDir',
  'signing',
  /** The earlier go-live that it takes back. */
  'takesBack',
  /** `incomplete` once something was left as it is; it says so itself, whatever its verdict. */
  'rollback',
] as const;
export type Memo = Partial<Record<(typeof MEMO_FIELDS)[number], string>>;

/** What is known of a go-live before it is asked: its memo, and the attributes that never change. */
export function labelsOf(
  { target, runbook, change, mode, evidence, signing, takesBack }: Plan,
  startedBy: string,
  title: string,
): { memo: Memo; typedSearchAttributes: AttributePair[] } {
  return {
    memo: {
      startedBy,
      runbook: runbook.id,
      title,
      change,
      mode,
      evidenceDir: evidence.directory,
      ...(signing ? { signing: signing.level } : {}),
      ...(takesBack ? { takesBack: takesBack.goLive } : {}),
    },
    typedSearchAttributes: attributePairs({ target: target.id, runbook: runbook.id, change, mode }),
  };
}
