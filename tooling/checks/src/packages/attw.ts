import { checkPackage, type Package, type Problem } from '@arethetypeswrong/core';

import type { Finding } from '../runner/step.ts';

/**
 * The types of every entry are right for ESM, for CJS and for bundlers. The resolution of Node 10
 * is left out: it knows no `exports`, and no version of Node that the packages support uses it.
 */
export async function checkTypesOfEntries(name: string, tarball: Package): Promise<Finding> {
  const title = `${name}: types of every entry (attw)`;
  const result = await checkPackage(tarball, { excludeEntrypoints: ['./package.json'] });
  if (!result.types) return { name: title, problems: ['the package has no types'] };
  return {
    name: title,
    problems: result.problems.filter(isOfSupportedResolution).map(({ kind, ...rest }) => {
      return `${kind} ${JSON.stringify(rest)}`;
    }),
  };
}

function isOfSupportedResolution(problem: Problem): boolean {
  return !('resolutionKind' in problem && problem.resolutionKind === 'node10');
}
