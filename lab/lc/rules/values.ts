import { digits, likeness, shape } from './text.js';
import type { Day, Money } from './types.js';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] as const;

/** A calendar day, or undefined when there is no such day (31 February). */
export function day(year: number, month: number, date: number): Day | undefined {
  const time = Date.UTC(year, month - 1, date);
  const back = new Date(time);
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== date) return undefined;
  return time / 86_400_000;
}

export function showDay(value: Day): string {
  return new Date(value * 86_400_000).toISOString().slice(0, 10);
}

/** MT700 date, YYMMDD. */
export function swiftDate(text: string): Day | undefined {
  const found = /^\s*(\d{2})(\d{2})(\d{2})/.exec(digits(text.trim().slice(0, 6)));
  if (!found) return undefined;
  return day(2000 + Number(found[1]), Number(found[2]), Number(found[3]));
}

function monthNumber(text: string): number | undefined {
  const wanted = shape(text).slice(0, 3);
  const exact = MONTHS.findIndex((name) => shape(name) === wanted);
  if (exact >= 0) return exact + 1;
  // One misread letter is settled only when exactly one month is that near (JUN and JUL are not).
  const near = MONTHS.map((name, index) => ({ index, like: likeness(shape(name), wanted) })).filter(
    (m) => m.like > 0.6,
  );
  return near.length === 1 && near[0] ? near[0].index + 1 : undefined;
}

/** Dates as trade papers write them: `10 MAR 2026`, `MARCH 10, 2026`, `2026-03-10`. */
export function paperDate(text: string): Day | undefined {
  const number = '[0-9OoQIl|ZSB]';
  const iso = new RegExp(`^\\s*(${number}{4})-(${number}{2})-(${number}{2})\\b`).exec(text);
  if (iso?.[1] && iso[2] && iso[3]) return day(Number(digits(iso[1])), Number(digits(iso[2])), Number(digits(iso[3])));
  const dayFirst = new RegExp(`^\\s*(${number}{1,2})\\s+([A-Za-z0-9]{3,9})\\.?,?\\s+(${number}{4})`).exec(text);
  if (dayFirst?.[1] && dayFirst[2] && dayFirst[3]) return named(dayFirst[3], dayFirst[2], dayFirst[1]);
  const monthFirst = new RegExp(`^\\s*([A-Za-z0-9]{3,9})\\.?\\s+(${number}{1,2}),?\\s+(${number}{4})`).exec(text);
  if (monthFirst?.[1] && monthFirst[2] && monthFirst[3]) return named(monthFirst[3], monthFirst[1], monthFirst[2]);
  return undefined;
}

function named(year: string, name: string, date: string): Day | undefined {
  const found = monthNumber(name);
  return found === undefined ? undefined : day(Number(digits(year)), found, Number(digits(date)));
}

/** MT700 amount: currency and a comma before the cents (`USD125000,00`). */
export function swiftMoney(text: string): Money | undefined {
  const found = /^\s*([A-Z0-9]{3})\s*([0-9OoQIl|ZSB]+),([0-9OoQIl|ZSB]{0,2})\s*$/.exec(text.split('\n')[0] ?? '');
  if (!found?.[1] || !found[2]) return undefined;
  const cents = digits((found[3] ?? '').padEnd(2, '0'));
  return money(found[1], `${digits(found[2])}.${cents}`);
}

/** `USD 125,000.00` as papers write it. Groups of thousands must be whole: `12,50.00` is unreadable, not 1250. */
export function paperMoney(text: string): Money | undefined {
  const found =
    /([A-Z0-9]{3})\s+([0-9OoQIl|ZSB]{1,3}(?:,[0-9OoQIl|ZSB]{3})*\.[0-9OoQIl|ZSB]{2})(?![0-9OoQIl|ZSB,.?#])/.exec(text);
  if (!found?.[1] || !found[2]) return undefined;
  return money(found[1], digits(found[2]).replaceAll(',', ''));
}

const CURRENCIES = ['USD', 'EUR', 'GBP', 'JPY', 'CNY'];

function money(currency: string, amount: string): Money | undefined {
  const known = CURRENCIES.find((code) => shape(code) === shape(currency));
  const cents = Math.round(Number(amount) * 100);
  return known && Number.isFinite(cents) ? { currency: known, cents } : undefined;
}

export function showMoney(value: Money): string {
  return `${value.currency} ${(value.cents / 100).toFixed(2)}`;
}

/** First whole number of a text such as `2,000 PCS`. */
export function count(text: string): number | undefined {
  const found = /^\s*([0-9OoQIl|ZSB]{1,3}(?:,[0-9OoQIl|ZSB]{3})*|[0-9OoQIl|ZSB]+)(?![0-9,?#])/.exec(text);
  if (!found?.[1]) return undefined;
  const value = Number(digits(found[1]).replaceAll(',', ''));
  return Number.isInteger(value) ? value : undefined;
}
