import { ServerCallContext } from '@a2a-js/sdk/server';

/**
 * Who calls. In a server the SDK makes this of each request; the stores keep what belongs to
 * different users, and different tenants, apart.
 */
export function caller(userName: string): ServerCallContext {
  return new ServerCallContext({
    user: { isAuthenticated: true, userName },
    requestedVersion: '1.0',
  });
}
