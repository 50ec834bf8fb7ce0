const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A number of bytes for people: `1.5 MiB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit += 1) value /= 1024;
  return `${rounded(value)} ${UNITS[unit] ?? ''}`;
}

/** A time for people: `250 ms`, `1.5 s`, from 10 seconds on whole ones. */
export function timeText(timeMs: number): string {
  if (timeMs < 1000) return `${rounded(timeMs)} ms`;
  return timeMs < 10_000 ? `${rounded(timeMs / 1000)} s` : `${Math.round(timeMs / 1000)} s`;
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
