import { checkNames, isRecord, milliseconds } from '../shared/check-options.ts';
import { invalidOption } from '../shared/invalid-option.ts';
import { requirePrefix } from '../shared/key-segment.ts';
import { DEFAULT_DEADLINE_MS } from '../redis/script-runner.ts';
import {
  PACKAGE_NEEDS,
  type RedisDoctorPackageName,
  type UsedPackage,
} from './facts/package-needs.ts';

/** A package that an application uses, with its prefix. */
export interface RedisDoctorPackage {
  /** `task-store` for `@a2a-redis/task-store`. */
  readonly name: RedisDoctorPackageName;
  /**
   * The option `prefix` of its store or queue manager: rights are looked at for it.
   *
   * @default that of the package
   */
  readonly prefix?: string | undefined;
}

/** Options of {@link redisDoctor}. */
export interface RedisDoctorOptions {
  /**
   * The packages that are used: what one of them does not need is no finding.
   *
   * @default all but `json-task-store`, which most servers cannot serve
   */
  readonly packages?: readonly (RedisDoctorPackageName | RedisDoctorPackage)[] | undefined;
  /**
   * Milliseconds that all of it may take, waiting for a server that is away included.
   *
   * @default 10000, as in the stores
   */
  readonly deadlineMs?: number | undefined;
}

/** Options that are known to be right. */
export interface ResolvedDoctorOptions {
  readonly packages: readonly UsedPackage[];
  readonly deadlineMs: number;
}

const DEFAULT_PACKAGES: readonly RedisDoctorPackageName[] = [
  'task-store',
  'streams-queue',
  'pubsub-queue',
  'push-config',
  'push-delivery',
];

/** @throws {A2ARedisError} `INVALID_OPTION`. */
export function resolveDoctorOptions(options: RedisDoctorOptions): ResolvedDoctorOptions {
  checkNames(options, ['packages', 'deadlineMs'], '');
  const { packages = DEFAULT_PACKAGES, deadlineMs = DEFAULT_DEADLINE_MS } = options;
  if (!Array.isArray(packages) || packages.length === 0) {
    throw invalidOption('packages', 'must be a list of at least one package');
  }
  return {
    packages: packages.map((each: unknown, index) => usedPackage(each, `packages[${index}]`)),
    deadlineMs: milliseconds(deadlineMs, 'deadlineMs', 1),
  };
}

function usedPackage(given: unknown, option: string): UsedPackage {
  const { name, prefix } = isRecord(given)
    ? checkNames(given, ['name', 'prefix'], `${option}.`)
    : { name: given, prefix: undefined };
  if (!isPackageName(name)) {
    const known = Object.keys(PACKAGE_NEEDS).join(', ');
    throw invalidOption(option, `must name one of ${known}`);
  }
  return { name, prefix: requirePrefix(prefix ?? PACKAGE_NEEDS[name].prefix) };
}

function isPackageName(name: unknown): name is RedisDoctorPackageName {
  return typeof name === 'string' && Object.hasOwn(PACKAGE_NEEDS, name);
}
