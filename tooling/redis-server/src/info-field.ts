/** A field of the reply to INFO or CLUSTER INFO; empty where there is none. */
export function infoField(info: string, name: string): string {
  const line = info.split('\r\n').find((candidate) => candidate.startsWith(`${name}:`));
  return line?.slice(name.length + 1) ?? '';
}
