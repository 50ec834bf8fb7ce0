import { isBuiltin } from 'node:module';

import ts from 'typescript';

import type { Finding } from '../runner/step.ts';
import type { Manifest } from '../workspace/public-packages.ts';
import type { PublishedFile } from './published-files.ts';

/**
 * The built files import only what the package declares, and hold no code but its own: the bundler
 * writes a region comment before each module that it puts into a file, and every one of them must
 * name a file of the package's own source. So neither core nor the types of `redis` are inlined.
 */
export function checkBuiltImports(manifest: Manifest, files: readonly PublishedFile[]): Finding {
  const declared = new Set([
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ]);
  const problems: string[] = [];
  let regions = 0;
  for (const { path, text } of files.filter((file) => file.path.startsWith('dist/'))) {
    for (const name of importedPackages(text)) {
      if (!declared.has(name)) problems.push(`${path} imports ${name}, which is not declared`);
    }
    for (const [, origin = ''] of text.matchAll(/^\/\/#region (.+)$/gmu)) {
      regions += 1;
      if (!/^(?:src\/|\\0rolldown\/runtime)/u.test(origin))
        problems.push(`${path} inlines ${origin}`);
    }
  }
  // Without the comments the check above would pass whatever was inlined.
  if (regions === 0) problems.push('the build writes no region comments, which this check reads');
  return { name: `${manifest.name}: imports of the built files`, problems };
}

function importedPackages(text: string): ReadonlySet<string> {
  const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(text, true, true);
  const names = [...importedFiles, ...typeReferenceDirectives]
    .map(({ fileName }) => fileName)
    .filter((name) => !name.startsWith('.') && !isBuiltin(name));
  return new Set(names.map(packageOf));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
