import { APART_MUTANTS } from './apart-mutants.ts';
import { CLUSTER_MUTANTS } from './cluster-mutants.ts';
import { CONTROL_MUTANTS } from './control-mutants.ts';
import { CORE_MUTANTS } from './core-mutants.ts';
import { FAILOVER_MUTANTS } from './failover-mutants.ts';
import type { Mutant } from './mutant.ts';
import { STORE_MUTANTS } from './store-mutants.ts';
import { SUBSCRIBER_MUTANTS } from './subscriber-mutants.ts';
import { TRANSPORT_MUTANTS } from './transport-mutants.ts';

export const MUTANTS: readonly Mutant[] = [
  ...CORE_MUTANTS,
  ...FAILOVER_MUTANTS,
  ...SUBSCRIBER_MUTANTS,
  ...STORE_MUTANTS,
  ...TRANSPORT_MUTANTS,
  ...CLUSTER_MUTANTS,
  ...APART_MUTANTS,
  ...CONTROL_MUTANTS,
];
