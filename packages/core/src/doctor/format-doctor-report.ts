import type { RedisDoctorNode, RedisDoctorReport, RedisDoctorServer } from './doctor-report.ts';
import type { RedisDoctorFinding } from './findings/finding.ts';
import type { RedisDoctorSeverity } from './findings/finding-texts.ts';
import { bytesText, timeText } from './findings/units.ts';

const SEVERITIES: readonly RedisDoctorSeverity[] = ['error', 'warning', 'unknown', 'info'];

/** A report as text for people, several lines without a trailing line break. */
export function formatDoctorReport({ server, packages, findings }: RedisDoctorReport): string {
  const counts = SEVERITIES.map((severity) => {
    return `${severity}: ${findings.filter((each) => each.severity === severity).length}`;
  });
  return [
    serverLine(server),
    ...server.nodes.map(nodeLine),
    `For ${packages.join(', ')}. ${counts.join(', ')}.`,
    ...findings.map((finding) => findingLines(finding, packages.length, server.nodes.length)),
  ].join('\n');
}

function serverLine({
  product,
  version,
  service,
  redisVersion,
  layout,
  user,
}: RedisDoctorServer): string {
  const name = product ?? 'A server that does not tell what it is';
  const parts = [
    version === undefined ? name : `${name} ${version}`,
    ...(service === undefined ? [] : [service]),
    ...(redisVersion === undefined || redisVersion === version
      ? []
      : [`like Redis ${redisVersion}`]),
    ...(layout === undefined ? [] : [layout === 'cluster' ? 'with hash slots' : 'one server']),
    ...(user === undefined ? [] : [`user ${user}`]),
  ];
  return parts.join(', ');
}

function nodeLine(node: RedisDoctorNode): string {
  const { address, role, usedMemoryBytes, maxMemoryBytes, evictionPolicy, roundTripMs } = node;
  const { clockAheadMs, clockUncertaintyMs } = node;
  const limit = maxMemoryBytes === 0 ? 'without a limit' : `of ${shown(maxMemoryBytes, bytesText)}`;
  const clock =
    clockAheadMs === undefined
      ? '?'
      : `${clockAheadMs < 0 ? '-' : '+'}${timeText(Math.abs(clockAheadMs))} ± ${shown(clockUncertaintyMs, timeText)}`;
  const parts = [
    role ?? 'role ?',
    `memory ${shown(usedMemoryBytes, bytesText)} ${limit}, ${evictionPolicy ?? 'eviction ?'}`,
    `round trip ${shown(roundTripMs, timeText)}`,
    `clock of this process ${clock}`,
  ];
  return `  ${address === undefined ? '' : `${address}: `}${parts.join('; ')}`;
}

function shown(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? '?' : text(value);
}

function findingLines(
  { code, severity, message, meaning, advice, packages, nodes }: RedisDoctorFinding,
  allPackages: number,
  allNodes: number,
): string {
  const where = nodes.length === 0 || nodes.length === allNodes ? '' : ` on ${nodes.join(', ')}`;
  const whom = packages.length === allPackages ? '' : ` (${packages.join(', ')})`;
  return [
    '',
    `${severity.toUpperCase()} ${code}${where}${whom}`,
    `  Found: ${message}`,
    `  Means: ${meaning}`,
    `  To do: ${advice}`,
  ].join('\n');
}
