import { type OwnerResolver, resolveUserScope, ServerCallContext } from '@a2a-js/sdk/server';

import { A2ARedisError } from './errors.ts';
import { invalidOption } from './invalid-option.ts';
import { keySegment } from './key-segment.ts';

/** Whose data a call reaches: the SDK's tenant and owner. */
export interface Scope {
  /** The call's tenant; empty where the deployment has none. */
  readonly tenant: string;
  /** What the owner resolver answered. */
  readonly owner: string;
}

/** Finds the scope of a call. */
export type ScopeResolver = (context: ServerCallContext) => Scope;

/**
 * Where a context that no request brought has its scope; see {@link contextOfScope}. On the context itself: a queue
 * manager and a store may be of different builds of these packages, and so of different copies of this module.
 */
const SCOPE = Symbol.for('@a2a-redis/core/scope');

/**
 * A context for calls on behalf of a scope, outside any request: to end the tasks of a replica that
 * is gone. Resolves to that scope whatever the owner resolver; the SDK's own resolver agrees.
 */
export function contextOfScope(scope: Scope): ServerCallContext {
  const user = { isAuthenticated: true, userName: scope.owner };
  const context = new ServerCallContext({ tenant: scope.tenant, user });
  return Object.defineProperty(context, SCOPE, { value: scope });
}

/**
 * Makes a scope resolver of the SDK's kind of owner resolver.
 *
 * @param ownerResolver As in the SDK's stores; the authenticated user's name when left out.
 * @throws {A2ARedisError} `INVALID_OPTION` when it is not a function. The resolver itself throws
 *   `INVALID_ARGUMENT` for a call without a context, or whose tenant or owner is not a text.
 */
export function scopeResolver(ownerResolver: OwnerResolver = resolveUserScope): ScopeResolver {
  if (typeof ownerResolver !== 'function') {
    throw invalidOption('ownerResolver', 'must be a function');
  }
  return (context) => {
    requireContext(context);
    if (isOfScope(context)) return context[SCOPE];
    return {
      tenant: requireScopePart('tenant', context.tenant ?? ''),
      owner: requireScopePart('owner', ownerResolver(context)),
    };
  };
}

/** Whether a context was made for a scope, and not by a request. */
function isOfScope(
  context: ServerCallContext,
): context is ServerCallContext & { readonly [SCOPE]: Scope } {
  return SCOPE in context;
}

function requireContext(context: unknown): void {
  if (typeof context === 'object' && context !== null) return;
  throw new A2ARedisError(
    'INVALID_ARGUMENT',
    "The call's context must be a ServerCallContext of the SDK: it says whose data is meant.",
  );
}

function requireScopePart(name: string, value: unknown): string {
  if (typeof value === 'string' && value.isWellFormed()) return value;
  throw new A2ARedisError(
    'INVALID_ARGUMENT',
    `The call's ${name} must be a text of well-formed Unicode, not a value of type ${typeof value}.`,
  );
}

/** The scope as it stands in keys: `<tenant>:<owner>`. */
export function scopeSegment(scope: Scope): string {
  return `${keySegment(scope.tenant)}:${keySegment(scope.owner)}`;
}
