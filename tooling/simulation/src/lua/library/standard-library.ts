import { LuaTable, type LuaValue } from '../values/values.ts';
import { baseLibrary } from './base-library.ts';
import { cjsonDecode } from './json/cjson-decode.ts';
import { cjsonEncode } from './json/cjson-encode.ts';
import { cjsonNull } from './json/cjson-null.ts';
import { mathLibrary } from './math-library.ts';
import { stringLibrary } from './strings/string-library.ts';
import { tableLibrary } from './table-library.ts';

/** All globals besides the environment's. Scripts cannot change their tables, so that runs share them. */
export const standardLibrary: ReadonlyMap<string, LuaValue> = new Map<string, LuaValue>([
  ...Object.entries(baseLibrary),
  ['_VERSION', 'Lua 5.1'],
  [
    'cjson',
    LuaTable.fromRecord({ decode: cjsonDecode, encode: cjsonEncode, null: cjsonNull }).freeze(),
  ],
  ['math', mathLibrary],
  ['string', stringLibrary],
  ['table', tableLibrary],
]);
