/** A share that a window must show: it is reached when the bound that holds for any number of looks is inside the limit. */
export interface SharePlan {
  /** CEL over `it`, the outputs of a sample: how many there were, and how many of them count. */
  whole: string;
  part: string;
  /** What each sample counts anew; or figures that only grow, of which what came since the sample before counts. */
  counts: 'each' | 'total';
  limit: { op: 'atMost' | 'atLeast'; threshold: number };
}
