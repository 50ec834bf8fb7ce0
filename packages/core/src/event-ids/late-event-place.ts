/** What events did to one artifact, as far as an earlier event that comes late must know. */
export interface LateArtifactPlace {
  /** The index of the first part that they brought; absent where they brought none. */
  readonly at?: number | undefined;
  /** Whether they replaced the artifact: of earlier events nothing stays. */
  readonly isReplaced: boolean;
  /** Whether the task had no such artifact before. */
  readonly isCreated: boolean;
  /** The fields that they set: `name`, `description`, `extensions`, `metadata.<key>`. */
  readonly fields: readonly string[];
}

/**
 * What a run of a publisher's events did to a task while an earlier event of that publisher was
 * missing. One note stands for the whole run, however long it is: what comes late goes before all of
 * it.
 */
export interface LateEventPlace {
  /** The counter of the run's first event. */
  readonly first: number;
  /** The index of the first message that they brought; absent where they brought none. */
  readonly messageAt?: number | undefined;
  /** The fields that they set: `status`, `metadata.<key>`. */
  readonly fields: readonly string[];
  /** By artifact id. */
  readonly artifacts: ReadonlyMap<string, LateArtifactPlace>;
}

/** A note of what several runs did. */
export function unitePlaces(a: LateEventPlace, b: LateEventPlace): LateEventPlace {
  const artifacts = new Map(a.artifacts);
  for (const [id, note] of b.artifacts) {
    const other = artifacts.get(id);
    artifacts.set(id, other === undefined ? note : uniteArtifactPlaces(other, note));
  }
  return {
    first: Math.min(a.first, b.first),
    messageAt: lowest(a.messageAt, b.messageAt),
    fields: union(a.fields, b.fields),
    artifacts,
  };
}

function uniteArtifactPlaces(a: LateArtifactPlace, b: LateArtifactPlace): LateArtifactPlace {
  return {
    at: lowest(a.at, b.at),
    isReplaced: a.isReplaced || b.isReplaced,
    isCreated: a.isCreated || b.isCreated,
    fields: union(a.fields, b.fields),
  };
}

function lowest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return b.every((name) => a.includes(name)) ? a : [...new Set([...a, ...b])];
}

/** How much of a record a note takes up: the number of things that it holds. */
export function placeSize({ fields, artifacts }: LateEventPlace): number {
  let size = 1 + fields.length;
  for (const note of artifacts.values()) size += 1 + note.fields.length;
  return size;
}

const [REPLACED, CREATED] = [1, 2];

/**
 * Notes as text: JSON, `[[first, message or -1, [field, ...], [[artifact id, part or -1, flags,
 * [field, ...]], ...]], ...]`. The flags are 1 for replaced and 2 for created, added up.
 */
export function encodePlaces(notes: readonly LateEventPlace[]): string {
  return JSON.stringify(
    notes.map(({ first, messageAt = -1, fields, artifacts }) => [
      first,
      messageAt,
      fields,
      [...artifacts].map(([id, note]) => [
        id,
        note.at ?? -1,
        (note.isReplaced ? REPLACED : 0) + (note.isCreated ? CREATED : 0),
        note.fields,
      ]),
    ]),
  );
}

/** Reads {@link encodePlaces}; `undefined` for anything else. */
export function decodePlaces(text: string): readonly LateEventPlace[] | undefined {
  try {
    return listOf(JSON.parse(text)).map(noteOf);
  } catch {
    return undefined;
  }
}

function noteOf(value: unknown): LateEventPlace {
  const [first, messageAt, fields, artifacts] = listOf(value);
  return {
    first: indexOf(first) ?? 0,
    messageAt: indexOf(messageAt),
    fields: textsOf(fields),
    artifacts: new Map(listOf(artifacts).map(artifactPlaceOf)),
  };
}

function artifactPlaceOf(value: unknown): [string, LateArtifactPlace] {
  const [id, at, flags, fields] = listOf(value);
  const bits = indexOf(flags) ?? 0;
  const [isReplaced, isCreated] = [(bits & REPLACED) !== 0, (bits & CREATED) !== 0];
  return [textOf(id), { at: indexOf(at), isReplaced, isCreated, fields: textsOf(fields) }];
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError('Not a list.');
}

function textsOf(value: unknown): readonly string[] {
  return listOf(value).map(textOf);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError('Not a text.');
}

function indexOf(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < -1) {
    throw new TypeError('Not an index.');
  }
  return value === -1 ? undefined : value;
}
