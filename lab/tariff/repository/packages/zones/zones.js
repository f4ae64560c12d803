/** The first digit of a postal code says the zone. */
export function zoneOf(postcode) {
  if (!/^[0-9]{5}$/.test(postcode)) return undefined;
  const first = Number(postcode[0]);
  if (first <= 2) return 'near';
  return first <= 6 ? 'middle' : 'far';
}
