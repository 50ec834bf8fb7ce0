/** Whether a byte string matches a pattern of KEYS and SCAN. */
export function matchesGlob(pattern: string, text: string): boolean {
  // Redis does not begin to compare an empty text, and takes a lone asterisk for no pattern.
  if (text === '' || pattern === '*') return pattern === '*' || pattern === text;
  return matches(pattern, 0, text, 0);
}

function matches(pattern: string, patternStart: number, text: string, textStart: number): boolean {
  let p = patternStart;
  let t = textStart;
  while (p < pattern.length && t < text.length) {
    const char = pattern.charAt(p);
    if (char === '*') {
      while (pattern.charAt(p + 1) === '*') p += 1;
      if (p + 1 === pattern.length) return true;
      for (let at = t; at < text.length; at += 1) {
        if (matches(pattern, p + 1, text, at)) return true;
      }
      return false;
    }
    if (char === '[') {
      const set = readSet(pattern, p + 1, text.charCodeAt(t));
      if (!set.holds) return false;
      p = set.end;
    } else if (char !== '?') {
      if (char === '\\' && p + 1 < pattern.length) p += 1;
      if (pattern.charAt(p) !== text.charAt(t)) return false;
    }
    p += 1;
    t += 1;
  }
  if (t === text.length) while (pattern.charAt(p) === '*') p += 1;
  return p >= pattern.length && t === text.length;
}

/** Whether a set such as `[a-c]` holds a byte, and where it ends: at `]` or with the pattern. */
function readSet(
  pattern: string,
  start: number,
  code: number,
): { readonly holds: boolean; readonly end: number } {
  let at = start;
  const isNegated = pattern.charAt(at) === '^';
  if (isNegated) at += 1;
  let holds = false;
  for (; at < pattern.length && pattern.charAt(at) !== ']'; at += 1) {
    if (pattern.charAt(at) === '\\' && at + 1 < pattern.length) {
      at += 1;
      if (pattern.charCodeAt(at) === code) holds = true;
    } else if (at + 2 < pattern.length && pattern.charAt(at + 1) === '-') {
      const ends = [signed(pattern.charCodeAt(at)), signed(pattern.charCodeAt(at + 2))];
      const value = signed(code);
      if (value >= Math.min(...ends) && value <= Math.max(...ends)) holds = true;
      at += 2;
    } else if (pattern.charCodeAt(at) === code) {
      holds = true;
    }
  }
  return { holds: holds !== isNegated, end: Math.min(at, pattern.length - 1) };
}

/** A byte as a `char` of C. */
function signed(code: number): number {
  return code > 127 ? code - 256 : code;
}
