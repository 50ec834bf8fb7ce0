/**
 * A script's reply as scripts give it: texts, integers, `null` and lists of them.
 *
 * @param reply What ioredis gives where it is asked for buffers.
 * @param isNumeric Whether ioredis makes integers strings: everything else is a buffer then.
 */
export function plainReply(reply: unknown, isNumeric: boolean): unknown {
  if (Buffer.isBuffer(reply)) return reply.toString();
  if (Array.isArray(reply)) return reply.map((item) => plainReply(item, isNumeric));
  return isNumeric && typeof reply === 'string' ? Number(reply) : reply;
}
