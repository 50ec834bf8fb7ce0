import { CLUSTER_MUTANTS } from './cluster-mutants.ts';
import { CONTROL_MUTANTS } from './control-mutants.ts';
import { CORE_MUTANTS } from './core-mutants.ts';
import type { Mutant } from './mutant.ts';
import { STORE_MUTANTS } from './store-mutants.ts';
import { TRANSPORT_MUTANTS } from './transport-mutants.ts';

export const MUTANTS: readonly Mutant[] = [
  ...CORE_MUTANTS,
  ...STORE_MUTANTS,
  ...TRANSPORT_MUTANTS,
  ...CLUSTER_MUTANTS,
  ...CONTROL_MUTANTS,
];
