type Path = readonly (string | number)[];

/** What is known of a value in which something stands in for what is wrong. */
export interface StoodIn {
  /** Places that have their problem already: what is found there is of a stand-in. */
  faulty: readonly Path[];
  /** Names of which nothing is known: who uses them is not wrong. */
  lost: ReadonlySet<string>;
  /** Keys as they are meant, with how they are written. */
  renamed: readonly { holder: Path; key: string; written: string }[];
}

/** Nothing stands in for anything. */
export const NOTHING: StoodIn = { faulty: [], lost: new Set(), renamed: [] };

export const begins = (path: Path, start: Path): boolean => start.every((key, index) => path[index] === key);

/**
 * What is said where a name is not known, by what declares such names. Where such a declaration cannot be read, nobody
 * knows whether the name is wrong.
 */
const UNKNOWN: Readonly<Record<string, RegExp>> = {
  roles: /\brole\b/,
  inputs: /\binputs?\b|no such overload/,
  target: /\btarget\b|no such overload/,
  phases: /\bphases?\b|nobody is asked/,
  steps: /\bsteps?\b|\bgate\b/,
  parallel: /\bsteps?\b|\bgate\b/,
  gates: /\bgates?\b/,
  guards: /\bguards?\b/,
  decisions: /\bdecisions?\b|nobody is asked/,
  rollbacks: /\brollbacks?\b/,
  approval: /nobody is asked/,
  checklist: /nobody is asked/,
  waivers: /\bwaive/,
};
const OF_NAMES = /^(there is no|unknown name|nobody is asked|no such overload)|may not waive/;

/** What kind of names went with a faulty place: it declares them, is one of them, or is the id of one. */
function declares(path: Path): RegExp | undefined {
  const [first] = path;
  if (first === 'inputs' || first === 'target' || first === 'waivers') return UNKNOWN[first];
  const at = path.findLastIndex((key) => typeof key === 'string' && Object.hasOwn(UNKNOWN, key));
  const rest = path.slice(at + 1);
  const own = rest.length <= 1 || (rest.length === 2 && (rest[1] === 'id' || rest[1] === 'when'));
  return at >= 0 && own ? UNKNOWN[String(path[at])] : undefined;
}

/** Why a problem is not told: its place has one already, or it may be gone when that one is mended. */
export function whyHidden({ faulty, lost }: StoodIn, path: Path, message: string): 'told' | 'unknown' | undefined {
  if (faulty.some((one) => begins(path, one) || weighs(message, path, one) || areOfOneInput(path, one))) return 'told';
  if ([...lost].some((name) => message.includes(`'${name}'`))) return 'unknown';
  const ofNames = OF_NAMES.test(message) && faulty.some((one) => declares(one)?.test(message));
  return ofNames ? 'unknown' : undefined;
}

/** The members of an input are judged against each other. */
function areOfOneInput(path: Path, faulty: Path): boolean {
  return path[0] === 'inputs' && faulty[0] === 'inputs' && faulty.length > 1 && path[1] === faulty[1];
}

/** Whether it is of what holds the faulty place, and weighs its key against others: "either `cron` or `every`". */
function weighs(message: string, path: Path, faulty: Path): boolean {
  return path.length === faulty.length - 1 && begins(faulty, path) && message.includes(`\`${String(faulty.at(-1))}`);
}

/** A path as it is written in the file. */
export function writtenPath({ renamed }: StoodIn, path: Path): Path {
  if (renamed.length === 0) return path;
  return path.map((key, index) => {
    const here = renamed.find((one) => one.key === key && one.holder.length === index && begins(path, one.holder));
    return here?.written ?? key;
  });
}
