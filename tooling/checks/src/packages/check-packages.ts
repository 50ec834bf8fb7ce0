import { createPackageFromTarballData, type Package } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

import type { Finding } from '../runner/step.ts';
import { checkTypesOfEntries } from './attw.ts';
import { checkBuiltImports } from './built-imports.ts';
import { bundleOf, checkBundle } from './bundles.ts';
import type { PackedPackage, PackedPackages } from './pack.ts';
import { checkPublishedFiles, type PublishedFile } from './published-files.ts';

/** Checks every public package as it would be published. */
export async function checkPackages(packed: PackedPackages): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const one of await packed.get()) {
    const tarball = createPackageFromTarballData(one.content);
    const files = publishedFiles(tarball);
    findings.push(
      await checkWithPublint(one),
      await checkTypesOfEntries(one.name, tarball),
      checkPublishedFiles(one.name, files),
      checkBuiltImports(one.manifest, files),
      checkBundle(one.name, await bundleOf(one)),
    );
  }
  return findings;
}

async function checkWithPublint({ name, content }: PackedPackage): Promise<Finding> {
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: content.buffer } });
  return {
    name: `${name}: publint`,
    problems: messages.map((message) => formatMessage(message, pkg) ?? message.code),
  };
}

function publishedFiles(tarball: Package): readonly PublishedFile[] {
  const root = `/node_modules/${tarball.packageName}/`;
  return tarball.listFiles().map((file) => ({
    path: file.slice(root.length),
    text: tarball.readFile(file),
  }));
}
