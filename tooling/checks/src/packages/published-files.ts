import type { Finding } from '../runner/step.ts';
import { SIZE_LIMITS_KB } from './size-limits.ts';

/** One file of a tarball. */
export interface PublishedFile {
  /** From the package's root, for example `dist/index.mjs`. */
  readonly path: string;
  readonly text: string;
}

const ALLOWED = /^(?:dist\/[^/]+\.(?:[cm]js|d\.[cm]ts)|package\.json|README\.md|LICENSE)$/u;
const REQUIRED = ['package.json', 'README.md', 'LICENSE'];

/** Nothing but the build and its papers is published, and no more of it than was agreed. */
export function checkPublishedFiles(name: string, files: readonly PublishedFile[]): Finding {
  const problems: string[] = [];
  for (const { path } of files) {
    if (!ALLOWED.test(path)) problems.push(`must not be published: ${path}`);
  }
  for (const path of REQUIRED) {
    if (!files.some((file) => file.path === path)) problems.push(`is not published: ${path}`);
  }
  const total = files.reduce((bytes, file) => bytes + sizeOf(file), 0);
  const limit = SIZE_LIMITS_KB[name];
  if (limit === undefined) {
    problems.push('has no size limit: name the package in size-limits.ts');
  } else if (total > limit * 1000) {
    problems.push(`${inKb(total)} kB published, the limit is ${limit} kB`);
  }
  return { name: `${name}: published files`, problems, detail: table(files, total) };
}

function table(files: readonly PublishedFile[], total: number): string {
  return [...files.map((file) => [inKb(sizeOf(file)), file.path]), [inKb(total), 'total']]
    .map(([size = '', label]) => `  ${size.padStart(8)} kB  ${label}`)
    .join('\n');
}

function sizeOf({ text }: PublishedFile): number {
  return Buffer.byteLength(text);
}

function inKb(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
