/** A receiver may ask for any time; a year is beyond all that anybody waits. */
const LONGEST_MS = 365 * 24 * 60 * 60 * 1000;
const SECONDS = /^\d+$/u;
/** The three forms of a date in HTTP, of which the last leaves out that its time is that of Greenwich. */
const WITH_ZONE =
  /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -](?:\d{2}|\d{4}) \d{2}:\d{2}:\d{2} GMT$/u;
const WITHOUT_ZONE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/u;

/**
 * How long a receiver asks to wait, in milliseconds from 0 to a year; `undefined` for what is no such header.
 *
 * @param value The header `Retry-After`: seconds, or a date.
 * @param now Milliseconds since the epoch.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const delayMs = SECONDS.test(value) ? Number(value) * 1000 : dateOf(value) - now;
  return Number.isNaN(delayMs) ? undefined : Math.min(Math.max(0, delayMs), LONGEST_MS);
}

/** Milliseconds since the epoch, or NaN. */
function dateOf(text: string): number {
  if (WITH_ZONE.test(text)) return Date.parse(text);
  return WITHOUT_ZONE.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}
