/** What calls a command in a script: with its name, and perhaps a subcommand, as texts. */
const IN_LUA =
  /(?<![\w.])(?:redis\.p?call|read_key|require_right|call|add)\(\s*'(?<command>[A-Z.]+)'(?:,\s*'(?<subcommand>[A-Z]+)')?/gu;
/** What runs one command as a script. */
const IN_TYPESCRIPT = /\brun(?:Checked)?Command\(\s*[\w.#]+,\s*'(?<command>[A-Z]+)'/gu;
/** Commands of modules, which scripts are handed as texts or hold in lists. */
const OF_MODULES = /'(?<command>(?:JSON|FT)\.[A-Z]+)'/gu;
/** Commands that have subcommands. */
const CONTAINERS: ReadonlySet<string> = new Set(['XGROUP', 'XINFO', 'PUBSUB']);
/** A script may ask for it to say more in an error, and does without where it is refused. */
const OPTIONAL: ReadonlySet<string> = new Set(['INFO']);

/** The Redis commands that a source in Lua or TypeScript calls by name, as ACL rules have them, in capitals. */
export function calledCommands(source: string): ReadonlySet<string> {
  const called = new Set<string>();
  const bare = source.replaceAll(/^\s*(?:--|\/\/|\*).*$/gmu, '');
  for (const pattern of [IN_LUA, IN_TYPESCRIPT, OF_MODULES]) {
    for (const { groups } of bare.matchAll(pattern)) {
      const { command = '', subcommand } = groups ?? {};
      const hasSubcommand = CONTAINERS.has(command) && subcommand !== undefined;
      if (!OPTIONAL.has(command)) called.add(hasSubcommand ? `${command}|${subcommand}` : command);
    }
  }
  return called;
}
