import requireRightsFunctions from './scripts/require-rights.lua';

/** The Lua functions that ask for rights before a script writes, and name those that are missing. */
export const requireRightsSource: string = requireRightsFunctions;
