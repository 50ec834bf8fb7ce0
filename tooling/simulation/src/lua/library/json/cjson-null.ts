import { LuaUserdata } from '../../values/values.ts';

/** JSON's null, which a table could not keep as nil. */
export const cjsonNull: LuaUserdata = new LuaUserdata('null');
