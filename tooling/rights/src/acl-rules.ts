import { commandsOf, type Layout, PACKAGE_CALLS, type PackageCalls } from './package-calls.ts';

/** A user of Redis, as `ACL SETUSER` takes it. */
export interface AclRules {
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  readonly commands: readonly string[];
}

/** The rules of a user who uses these packages with their default prefixes. */
export function rulesOf(packages: readonly PackageCalls[], layout: Layout): AclRules {
  const commands = new Set(packages.flatMap((each) => commandsOf(each, layout)));
  return {
    keys: unique(packages.map(({ prefix }) => `~${prefix}*`)),
    channels: unique(
      packages.filter(({ hasChannels }) => hasChannels).map(({ prefix }) => `&${prefix}*`),
    ),
    commands: [...commands].toSorted().map(ruleOf),
  };
}

/** The package of a name. */
export function packageCalls(name: string): PackageCalls {
  const found = PACKAGE_CALLS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`No package ${name} calls Redis`);
  return found;
}

/** What permits a command. */
export function ruleOf(command: string): string {
  return `+${command.replace(' ', '|').toLowerCase()}`;
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
