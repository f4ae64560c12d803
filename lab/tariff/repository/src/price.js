/** Cents for the first kilogram, and for each further one that is begun. */
const TARIFF = {
  near: { first: 490, further: 60 },
  middle: { first: 590, further: 80 },
  far: { first: 790, further: 120 },
};
export const HEAVIEST_GRAMS = 31_500;

/**
 * @param {{ grams: number, zone: string, express?: boolean }} parcel
 * @returns {{ cents: number } | { refused: string }}
 */
export function priceOf({ grams, zone, express = false }) {
  if (!Number.isInteger(grams) || grams <= 0) return { refused: 'The weight is a whole number of grams above 0.' };
  if (grams > HEAVIEST_GRAMS) return { refused: `The heaviest parcel has ${HEAVIEST_GRAMS} grams.` };
  const tariff = TARIFF[zone];
  if (tariff === undefined) return { refused: 'There is no such zone.' };
  const further = Math.max(0, Math.ceil(grams / 1000) - 1);
  const cents = tariff.first + further * tariff.further;
  return { cents: express ? Math.round(cents * 1.5) : cents };
}
