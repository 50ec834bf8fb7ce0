/** Three versions of a list whose items have ids, and how to treat the items. */
export interface KeyedMerge<T> {
  readonly base: readonly T[];
  readonly mine: readonly T[];
  readonly theirs: readonly T[];
  readonly idOf: (item: T) => string;
  readonly equal: (a: T, b: T) => boolean;
  /** Merges an item that both sides changed or added; `base` is absent where both added it. */
  readonly merge: (base: T | undefined, mine: T, theirs: T) => T;
}

/**
 * Merges lists by id: the order is theirs, what mine adds follows at the end. An item that one side
 * removed goes, unless the other side changed it.
 */
export function mergeKeyed<T>(lists: KeyedMerge<T>): T[] {
  const base = byKey(lists.base, lists);
  const mine = byKey(lists.mine, lists);
  const theirs = byKey(lists.theirs, lists);
  const merged: T[] = [];
  for (const [key, inTheirs] of theirs) {
    const inBase = base.get(key);
    const inMine = mine.get(key);
    if (inMine !== undefined) merged.push(mergeItem(lists, inBase, inMine, inTheirs));
    else if (inBase === undefined || !lists.equal(inTheirs, inBase)) merged.push(inTheirs);
  }
  for (const [key, inMine] of mine) {
    if (theirs.has(key)) continue;
    const inBase = base.get(key);
    if (inBase === undefined || !lists.equal(inMine, inBase)) merged.push(inMine);
  }
  return merged;
}

function mergeItem<T>(lists: KeyedMerge<T>, base: T | undefined, mine: T, theirs: T): T {
  if (base !== undefined && lists.equal(mine, base)) return theirs;
  if (base !== undefined && lists.equal(theirs, base)) return mine;
  return lists.merge(base, mine, theirs);
}

/**
 * Ids are unique in a well-formed task. Where an id comes twice, the n-th occurrence in one list
 * stands for the n-th in another; items without an id are told apart by what they say.
 */
function byKey<T>(items: readonly T[], { idOf }: Pick<KeyedMerge<T>, 'idOf'>): Map<string, T> {
  const keyed = new Map<string, T>();
  const seen = new Map<string, number>();
  for (const item of items) {
    const id = idOf(item);
    const name = id === '' ? `content ${JSON.stringify(item)}` : `id ${id}`;
    const occurrence = (seen.get(name) ?? 0) + 1;
    seen.set(name, occurrence);
    keyed.set(`${occurrence} ${name}`, item);
  }
  return keyed;
}
