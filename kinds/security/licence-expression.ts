import parse from 'spdx-expression-parse';

/** Longest expression that is read: it is walked through by calls within calls. */
const LONGEST = 2000;

/** What a licence comes to against those that are allowed. */
export type LicenceAnswer = 'allowed' | 'not allowed' | 'unknown';

/**
 * Whether the terms of a licence can be met by licences that are allowed: of `OR` one side, of `AND` both. A part counts
 * where it stands among them as it is, with its exception and its `+`: what is later or alike is not guessed.
 *
 * @param licence an SPDX expression (ISO/IEC 5962, annex D); what is none is unknown
 * @param allowed as `partOf` writes them
 */
export function judgeLicence(licence: string, allowed: ReadonlySet<string>): LicenceAnswer {
  const info = expressionIn(licence);
  if (info === undefined) return 'unknown';
  return holds(info, allowed) ? 'allowed' : 'not allowed';
}

/** A licence that is allowed, as it is compared; nothing where it is not one by its SPDX id. */
export function partOf(licence: string): string | undefined {
  const info = expressionIn(licence);
  return info === undefined || 'conjunction' in info ? undefined : written(info);
}

function expressionIn(licence: string): parse.Info | undefined {
  if (licence.length > LONGEST) return undefined;
  try {
    return parse(licence.trim());
  } catch {
    return undefined;
  }
}

function holds(info: parse.Info, allowed: ReadonlySet<string>): boolean {
  if (!('conjunction' in info)) return allowed.has(written(info));
  const [left, right] = [holds(info.left, allowed), holds(info.right, allowed)];
  return info.conjunction === 'or' ? left || right : left && right;
}

function written({ license, plus, exception }: parse.LicenseInfo): string {
  return `${license}${plus ? '+' : ''}${exception === undefined ? '' : ` WITH ${exception}`}`;
}
