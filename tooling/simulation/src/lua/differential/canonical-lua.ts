/** Lua's bytes of a text. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/**
 * Lua functions that write values so that they can be compared: `canonical(...)` writes how many there
 * are and each with its type, numbers with all their digits, strings byte by byte, tables by their
 * keys. `outcome(action)` writes what a function returns, or only that it failed.
 */
export const CANONICAL_LUA = `
local write
local function by_name(a, b) return a < b end
local function write_table(value)
  local parts = {}
  for key, item in pairs(value) do parts[#parts + 1] = write(key) .. '=' .. write(item) end
  table.sort(parts, by_name)
  return '{' .. table.concat(parts, ',') .. '}'
end
write = function(value)
  local kind = type(value)
  -- JavaScript does not tell the sign of one that is no number.
  if value ~= value then return 'nan' end
  if kind == 'number' then return string.format('%.17g', value) end
  if kind == 'string' then
    return '"' .. string.gsub(value, '[^%w %p]', function(character)
      return string.format('<%02x>', string.byte(character))
    end) .. '"'
  end
  if kind == 'table' then return write_table(value) end
  if kind == 'function' then return kind end
  return tostring(value)
end
local function canonical(...)
  local parts = { tostring(select('#', ...)) }
  for i = 1, select('#', ...) do parts[i + 1] = write((select(i, ...))) end
  return table.concat(parts, ' ')
end
local function judge(succeeded, ...)
  if succeeded then return canonical(...) end
  return 'failed'
end
local function outcome(action) return judge(pcall(action)) end
local function message(action) return canonical(select(2, pcall(action))) end
`;
