/** How a document's module map differs from the files. */
export interface MapDifference {
  /** Files that the map does not name. */
  readonly missing: readonly string[];
  /** Paths in the map at which there is no file. */
  readonly extra: readonly string[];
  /** Paths that the map names twice, or without a purpose. */
  readonly unclear: readonly string[];
}

const ROW = /^\|\s*`(?<path>packages\/[^`]+)`\s*\|(?<purpose>.*)\|\s*$/gmu;

/**
 * Compares the rows `` | `packages/core/src/shared/errors.ts` | purpose | `` of a Markdown document with
 * the files that there are.
 */
export function compareModuleMap(markdown: string, files: readonly string[]): MapDifference {
  const rows = [...markdown.matchAll(ROW)].map(({ groups }) => ({
    path: groups?.['path'] ?? '',
    purpose: groups?.['purpose']?.trim() ?? '',
  }));
  const paths = rows.map(({ path }) => path);
  return {
    missing: files.filter((file) => !paths.includes(file)),
    extra: paths.filter((path) => !files.includes(path)),
    unclear: rows
      .filter(({ path, purpose }, index) => purpose === '' || paths.indexOf(path) !== index)
      .map(({ path }) => path),
  };
}
