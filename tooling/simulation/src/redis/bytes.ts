const BEYOND_ASCII = /[\u0080-\uffff]/;

/** The UTF-8 bytes of a text, a character for each. */
export function bytesOf(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** The text whose UTF-8 bytes these are. */
export function textOf(bytes: string): string {
  return BEYOND_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

/** What a C function sees of a string: its bytes before the first that is zero. */
export function beforeZero(bytes: string): string {
  const end = bytes.indexOf('\0');
  return end === -1 ? bytes : bytes.slice(0, end);
}

/** An option as the server compares it: in capitals, up to the first zero byte. */
export function optionOf(bytes: string): string {
  return beforeZero(bytes).toUpperCase();
}
