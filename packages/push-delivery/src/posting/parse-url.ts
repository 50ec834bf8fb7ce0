/** Parses an absolute URL once: to ask first whether it can be takes as long. `undefined` for what is none. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
