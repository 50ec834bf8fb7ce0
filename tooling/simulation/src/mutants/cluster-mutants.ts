import { WHOLE_STORE, CLUSTER, CLUSTER_CUT, CLUSTER_KILL, type Mutant } from './mutant.ts';

const CORE = 'packages/core/src';

/** Faults of what is only done on a cluster. */
export const CLUSTER_MUTANTS: readonly Mutant[] = [
  {
    name: 'a cluster is taken for one server',
    file: `${CORE}/layout/server-layout.ts`,
    from: "if (topology === 'cluster') note(client, { layout: 'cluster', foundBy: 'client' });",
    to: "if (topology === 'cluster') note(client, { layout: 'single', foundBy: 'client' });",
    // A store learns it from the first save that is refused.
    also: {
      file: `${CORE}/layout/server-layout.ts`,
      from: 'cause instanceof Error && /^CROSSSLOT',
      to: 'cause instanceof Error && /^CROSSLOT',
    },
    conditions: CLUSTER,
  },
  {
    name: 'a save on a cluster does not move the index entry',
    file: `${CORE}/task-store/store/task-writer.ts`,
    from: "if (reply.outcome === 'saved' && move && (apart || reply.unexpectedRow !== '')) {",
    to: "if (reply.outcome === 'saved' && move && reply.unexpectedRow !== '') {",
    conditions: CLUSTER,
    survivesTests: WHOLE_STORE,
  },
  {
    name: 'a save on a cluster leaves no mark of a write that may be cut off',
    file: `${CORE}/task-store/store/task-writer.ts`,
    from: 'if (move && apart) await mark.set();',
    to: '',
    survives:
      'It takes a process that is killed between the record of a save and its index entry: none of 2,000 seeds has that, "survives-crashes.ts" does.',
    conditions: CLUSTER_KILL,
  },
  {
    name: 'a connection of a shard that is back tells nobody',
    file: `${CORE}/queue-manager/messages/cluster-watch.ts`,
    from: "client.on('ready', onReady);",
    to: '',
    survives:
      'A feed also reads again where counters jump, and where it hears nothing for some seconds: with it, listeners only are told sooner.',
    conditions: CLUSTER_CUT,
  },
];
