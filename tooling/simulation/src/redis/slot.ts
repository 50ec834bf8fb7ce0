/** How many slots a cluster has. */
export const SLOTS = 16_384;
/** CRC-16/XMODEM, as Redis Cluster takes it. */
const POLYNOMIAL = 0x10_21;

/** The checksum of a byte string. */
function crc16(bytes: string): number {
  let crc = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    crc ^= bytes.charCodeAt(i) << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 0x80_00) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
    }
    crc &= 0xff_ff;
  }
  return crc;
}

/** The slot of a key: that of what stands between its first `{` and the next `}`, if anything does. */
export function keySlot(key: string): number {
  const open = key.indexOf('{');
  if (open !== -1) {
    const close = key.indexOf('}', open + 1);
    if (close > open + 1) return crc16(key.slice(open + 1, close)) % SLOTS;
  }
  return crc16(key) % SLOTS;
}
