export { packageCalls } from './acl-rules.ts';
export { commandsOf, CONNECTION, type Layout, PACKAGE_CALLS } from './package-calls.ts';
