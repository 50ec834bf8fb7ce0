import type { ArtifactHeader } from '../model/a2a-values.ts';
import {
  equalJson,
  type JsonObject,
  type JsonValue,
  ownValue,
  setOwn,
} from '../model/json-value.ts';

/** A metadata key as the name of a field. */
const METADATA = 'metadata.';

const HEADER_FIELDS = ['name', 'description', 'extensions'] as const;

/** The names of the metadata keys that differ, `metadata.<key>`. */
export function changedKeys(from: JsonObject | undefined, to: JsonObject | undefined): string[] {
  if (from === to) return [];
  const keys = new Set([...Object.keys(from ?? {}), ...Object.keys(to ?? {})]);
  return [...keys]
    .filter((key) => !equalJson(ownValue(from, key), ownValue(to, key)))
    .map((key) => `${METADATA}${key}`);
}

/** The names of an artifact's fields that differ; from nothing, those that say something. */
export function changedFields(from: ArtifactHeader | undefined, to: ArtifactHeader): string[] {
  if (from === to) return [];
  const fields = HEADER_FIELDS.filter((name) =>
    from === undefined ? to[name].length > 0 : !equalJson(from[name], to[name]),
  );
  return [...fields, ...changedKeys(from?.metadata, to.metadata)];
}

/** Metadata with the keys named as they are in another. */
export function withKeys(
  metadata: JsonObject | undefined,
  source: JsonObject | undefined,
  names: readonly string[],
): JsonObject | undefined {
  const keys = names.filter((name) => name.startsWith(METADATA));
  if (keys.length === 0) return metadata;
  const replaced = new Set(keys.map((name) => name.slice(METADATA.length)));
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(metadata ?? {})) {
    if (!replaced.has(key)) setOwn(result, key, value);
  }
  for (const key of replaced) {
    const value = ownValue(source, key);
    if (value !== undefined) setOwn(result, key, value);
  }
  const isNothing = Object.keys(result).length === 0 && (metadata ?? source) === undefined;
  return isNothing ? undefined : Object.freeze(result);
}

/** An artifact's fields with those named as they are in another. */
export function withFields(
  header: ArtifactHeader,
  source: ArtifactHeader,
  names: readonly string[],
): ArtifactHeader {
  if (names.length === 0) return header;
  const from = (name: (typeof HEADER_FIELDS)[number]): ArtifactHeader =>
    names.includes(name) ? source : header;
  return Object.freeze({
    artifactId: header.artifactId,
    name: from('name').name,
    description: from('description').description,
    metadata: withKeys(header.metadata, source.metadata, names),
    extensions: from('extensions').extensions,
  });
}
