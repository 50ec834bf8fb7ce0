/** What a Lua source calls. */
export interface CalledCommands {
  /** Commands, with their subcommand where they have any: `XADD`, `XGROUP CREATE`. */
  readonly commands: readonly string[];
  /** What stands in place of a command that the source does not spell, such as `ARGV[4]`. */
  readonly unspelled: readonly string[];
}

/** Commands that have subcommands, which a user is permitted one by one. */
const CONTAINERS: ReadonlySet<string> = new Set(['XGROUP', 'XINFO', 'PUBSUB']);

/** The functions of these scripts whose first argument is a command, and Redis's own. */
const CALL = /\b(?:redis\.p?call|call|read_key)\(\s*(?<first>[^,()]+(?:\([^()]*\))?)(?:,\s*(?<second>[^,()]+))?/gu;
/** A command that is kept to be called later. */
const KEPT = /\bcommand = (?<first>(?:[\w\s=]+ and )?'[A-Z.]+'(?: or '[A-Z.]+')?)|[{=]\s*\{\s*(?<listed>'[A-Z]+\.[A-Z]+')/gu;

/** Finds the commands that a Lua source calls. */
export function calledCommands(source: string): CalledCommands {
  const code = source.replaceAll(/^\s*--.*$/gmu, '');
  const commands = new Set<string>();
  const unspelled = new Set<string>();
  for (const { groups = {} } of code.matchAll(CALL)) {
    const first = groups['first']?.trim() ?? '';
    const spelled = literalsIn(first);
    // Where a function is defined, or the parameters of one are listed, nothing is called.
    if (spelled.length === 0 && first !== 'command') unspelled.add(first);
    for (const command of spelled) {
      if (!CONTAINERS.has(command)) commands.add(command);
      else for (const subcommand of subcommandsIn(groups['second'] ?? '')) commands.add(`${command} ${subcommand}`);
    }
  }
  for (const { groups = {} } of code.matchAll(KEPT)) {
    for (const command of literalsIn(groups['first'] ?? groups['listed'] ?? '')) commands.add(command);
  }
  return { commands: [...commands].toSorted(), unspelled: [...unspelled].toSorted() };
}

function literalsIn(expression: string): readonly string[] {
  return [...expression.matchAll(/'(?<name>[A-Z][A-Z.]+)'/gu)].map(({ groups }) => groups?.['name'] ?? '');
}

/** A subcommand that is an argument of the script is one of those of `PUBSUB`: see {@link COUNTS}. */
function subcommandsIn(second: string): readonly string[] {
  const spelled = literalsIn(second);
  return spelled.length > 0 ? spelled : COUNTS;
}

/** How subscribers are counted: of all servers, or of a shard. */
const COUNTS = ['NUMSUB', 'SHARDNUMSUB'];
