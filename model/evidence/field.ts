import type { Json, JsonObject } from '../json.js';

/** One field of an event: how its value looks, what it means, and whether a value from outside is one. */
export interface Field<T> {
  /** As the page of events says it. */
  shape: string;
  about: string;
  is(value: unknown): value is T;
  optional?: true;
}
/** A field that may be left out. */
export type Optional<T> = Field<T> & { optional: true };

/** The value of a field. */
export type ValueOf<F> = F extends Field<infer T> ? T : never;

export function optional<T>(given: Field<T>): Optional<T> {
  return { ...given, optional: true };
}

function field<T>(shape: string, about: string, is: (value: unknown) => boolean): Field<T> {
  return { shape, about, is: (value): value is T => is(value) };
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = (about: string): Field<string> => field('text', about, (value) => typeof value === 'string');
export const number = (about: string): Field<number> => field('number', about, (value) => typeof value === 'number');
export const flag = (about: string): Field<boolean> => field('yes or no', about, (value) => typeof value === 'boolean');
/** Any JSON object; `T` where it is one of ours, which is not looked into. */
export const object = <T extends object = JsonObject>(about: string): Field<T> => field('object', about, isObject);
export const list = (about: string): Field<Json[]> => field('list', about, Array.isArray);
export const texts = (about: string): Field<string[]> =>
  field('list of texts', about, (value) => Array.isArray(value) && value.every((member) => typeof member === 'string'));
/** A list of objects, whose members are not looked into. */
export const objects = <T extends object>(about: string): Field<T[]> =>
  field('list of objects', about, (value) => Array.isArray(value) && value.every(isObject));
/** One of a few words. */
export const word = <const W extends string>(words: readonly W[], about: string): Field<W> =>
  field(words.map((one) => `\`${one}\``).join(', '), about, (value) => words.some((one) => one === value));
