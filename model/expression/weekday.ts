/** A moment as ISO 8601 gives it, with its offset: without one it would be another moment on every machine. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** Whether a date is one of the calendar: Date.parse takes 30 February for 2 March. */
function isDay(date: string): boolean {
  const at = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date);
}

/**
 * The day of the week at a moment, on the clock of a zone: `monday` to `sunday`.
 *
 * @param moment ISO 8601 with `Z` or an offset
 * @param zone IANA name, e.g. `Europe/Berlin`
 * @throws Error where either is none
 */
export function weekday(moment: string, zone: string): string {
  const at = MOMENT.test(moment) && isDay(moment.slice(0, 10)) ? Date.parse(moment) : Number.NaN;
  if (Number.isNaN(at))
    throw new Error(`weekday() takes a time as 2026-11-27T09:00:00Z, not ${JSON.stringify(moment)}`);
  try {
    return new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: zone }).format(at).toLowerCase();
  } catch {
    throw new Error(`weekday() knows no zone ${JSON.stringify(zone)}; an IANA name is one, e.g. Europe/Berlin`);
  }
}
