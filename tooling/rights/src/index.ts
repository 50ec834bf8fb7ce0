export { ruleOf } from './acl-rules.ts';
export { rulesIn } from './documents.ts';
export type { Layout } from './package-calls.ts';
export { calledCommands } from './script-commands.ts';
