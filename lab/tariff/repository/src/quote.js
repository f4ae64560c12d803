import { zoneOf } from '@tariff/zones';
import { priceOf } from './price.js';

/** Reads a request and gives status and body of its answer. */
export function quote(text) {
  let order;
  try {
    order = JSON.parse(text);
  } catch {
    return { status: 400, body: { error: 'The body is no JSON.' } };
  }
  if (order === null || typeof order !== 'object') return { status: 400, body: { error: 'The body is no object.' } };
  const zone = zoneOf(String(order.postcode ?? ''));
  if (zone === undefined) return { status: 422, body: { error: 'A postal code has five digits.' } };
  const price = priceOf({ grams: order.grams, zone, express: order.express === true });
  if ('refused' in price) return { status: 422, body: { error: price.refused } };
  return { status: 200, body: { zone, cents: price.cents } };
}

/** Heavy work: the prices of every weight up to a bound, as a table. */
export function table(zone, upTo = 2000) {
  const rows = [];
  for (let grams = 1; grams <= upTo; grams += 1) {
    const price = priceOf({ grams, zone });
    if ('cents' in price) rows.push(`${grams},${price.cents}`);
  }
  return rows.join('\n');
}
