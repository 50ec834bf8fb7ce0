import { LuaTable, type LuaValue } from '../../lua/index.ts';
import { formatDouble } from '../numbers.ts';
import { type RawReply, RedisReplyError, RedisStatus } from '../reply.ts';

/** A command's reply as a script sees it. */
export function luaOfReply(reply: RawReply): LuaValue {
  if (reply === null) return false;
  if (typeof reply !== 'object') return reply;
  if (reply instanceof RedisStatus) return LuaTable.fromRecord({ ok: reply.text });
  if (reply instanceof RedisReplyError) return errorTable(reply.message);
  return LuaTable.withItems(reply.map(luaOfReply));
}

/** The table that stands for an error in a script. */
export function errorTable(message: string): LuaTable {
  return LuaTable.fromRecord({ err: message });
}

const INT64_MIN = -(2 ** 63);

/** What a client gets for what a script returns. */
export function replyOfLua(value: LuaValue): RawReply {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return integerOf(value);
  if (value === true) return 1;
  return value instanceof LuaTable ? replyOfTable(value) : null;
}

/** As C casts a double to a whole number of 64 bits. */
function integerOf(value: number): number {
  const whole = Math.trunc(value) + 0;
  return Math.abs(whole) < 2 ** 63 ? whole : INT64_MIN;
}

function replyOfTable(table: LuaTable): RawReply {
  const error = table.get('err');
  if (typeof error === 'string') return new RedisReplyError(inOneLine(error));
  const status = table.get('ok');
  if (typeof status === 'string') return new RedisStatus(inOneLine(status));
  const double = table.get('double');
  if (typeof double === 'number') return formatDouble(double);
  const bigNumber = table.get('big_number');
  if (typeof bigNumber === 'string') return inOneLine(bigNumber);
  const map = table.get('map');
  if (map instanceof LuaTable) {
    return [...map.entries()].flatMap(([key, value]) => [replyOfLua(key), replyOfLua(value)]);
  }
  const set = table.get('set');
  if (set instanceof LuaTable) return [...set.entries()].map(([key]) => replyOfLua(key));
  const items: RawReply[] = [];
  for (let i = 1; ; i += 1) {
    const item = table.get(i);
    if (item === undefined) return items;
    items.push(replyOfLua(item));
  }
}

function inOneLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ');
}
