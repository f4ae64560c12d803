/** One text field of a message. */
export interface Field<Text extends string = string, Needed extends boolean = boolean> {
  needed: Needed;
  /** The texts that it may be, where not any. */
  values?: readonly Text[];
}

export const needed: Field<string, true> = { needed: true };
export const optional: Field<string, false> = { needed: false };

/** `yes`, or left out. */
export const flag: Field<'yes', false> = { needed: false, values: ['yes'] };

/** One of these texts. */
export function oneOf<Text extends string>(values: readonly Text[]): Field<Text, true> {
  return { needed: true, values };
}

type TextOf<F> = F extends Field<infer Text> ? Text : never;
type Flat<T> = { [K in keyof T]: T[K] };

/** What a message with these fields holds. */
export type Taken<F extends Record<string, Field>> = Flat<
  { [K in keyof F as F[K] extends Field<string, true> ? K : never]: TextOf<F[K]> } & {
    [K in keyof F as F[K] extends Field<string, false> ? K : never]?: TextOf<F[K]>;
  }
>;
