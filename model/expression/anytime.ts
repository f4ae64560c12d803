/** How often a bound may ever be wrong, over all looks together: 2.5 %, as one side of a 95 % interval. */
const ALPHA = 0.025;
/** Weights of the mixture: the arcsine law, which is at home at shares near 0 and 1. */
const PRIOR = 0.5;
const STEPS = 60;

/** Lanczos' approximation (g = 7, 9 terms): W. H. Press et al., Numerical Recipes, 3rd ed. (2007), section 6.1. */
const LANCZOS: readonly number[] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function. @param x ≥ 0.5 */
export function logGamma(x: number): number {
  const z = x - 1;
  const sum = LANCZOS.reduce((total, term, index) => total + (index === 0 ? term : term / (z + index)), 0);
  const t = z + LANCZOS.length - 1.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** Logarithm of the likelihood that the mixture of all shares gives to what was seen. */
const logMixture = (s: number, f: number): number => logBeta(PRIOR + s, PRIOR + f) - logBeta(PRIOR, PRIOR);

/** The same of one share. */
function logLikelihood(p: number, s: number, f: number): number {
  return (s === 0 ? 0 : s * Math.log(p)) + (f === 0 ? 0 : f * Math.log1p(-p));
}

/**
 * Logarithm of the mixture likelihood ratio against the share p, after s successes and f failures. Where p is the true
 * share, its exponential is a martingale that begins at 1: it ever reaches 1/α with a chance of α at most (J. Ville 1939).
 */
export function logEvidence(p: number, s: number, f: number): number {
  return logMixture(s, f) - logLikelihood(p, s, f);
}

/** Whether a share lies outside of the bounds that `anytime` gives: quicker than both of them. @param p 0 … 1 */
export function isOutside(p: number, successes: number, n: number): boolean {
  return n > 0 && logEvidence(p, successes, n - successes) >= -Math.log(ALPHA);
}

/**
 * Bounds of the share `successes / n` that hold however often one looks, also when one stops as soon as they are good: the
 * chance that the true share ever lies outside of them is 2.5 % at most. They are wider than Wilson's, which are for one look.
 * H. Robbins, Ann. Math. Stat. 41 (1970) 1397–1409; S. R. Howard et al., Ann. Stat. 49 (2021) 1055–1080.
 *
 * @param successes whole or fractional count, 0 … n
 * @param n number of trials so far, each looked at or not
 * @returns bounds between 0 and 1; NaN when n is 0 or the counts make no sense
 */
export function anytime(successes: number, n: number): { lower: number; upper: number } {
  if (!Number.isFinite(n) || !(n > 0) || !(successes >= 0) || successes > n) {
    return { lower: Number.NaN, upper: Number.NaN };
  }
  const share = successes / n;
  const failures = n - successes;
  // What is the same for every share is computed once.
  const least = logMixture(successes, failures) + Math.log(ALPHA);
  const beyond = (p: number): boolean => logLikelihood(p, successes, failures) <= least;
  return {
    lower: successes === 0 ? 0 : edge(0, share, beyond),
    upper: failures === 0 ? 1 : edge(1, share, beyond),
  };
}

/** Where the shares begin that are not outside, from one end towards what was seen: the last one that is outside. */
function edge(end: number, share: number, beyond: (p: number) => boolean): number {
  let [outside, inside] = [end, share];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (outside + inside) / 2;
    if (beyond(middle)) outside = middle;
    else inside = middle;
  }
  return outside;
}
