import { A2A_PROTOCOL_VERSION, type AgentCard } from '@a2a-js/sdk';

/** The ways to reach the server. */
export const TRANSPORTS = ['JSONRPC', 'HTTP+JSON', 'GRPC'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** Where the server answers over HTTP. */
export const HTTP_PATHS = { JSONRPC: '/jsonrpc', 'HTTP+JSON': '/rest' } as const;

/**
 * @param origin Of the HTTP server.
 * @param grpcAddress `host:port` of the gRPC server, if there is one.
 */
export function agentCard(origin: string, grpcAddress: string | undefined): AgentCard {
  const urls: Readonly<Record<TransportName, string | undefined>> = {
    JSONRPC: `${origin}${HTTP_PATHS.JSONRPC}`,
    'HTTP+JSON': `${origin}${HTTP_PATHS['HTTP+JSON']}`,
    GRPC: grpcAddress,
  };
  return {
    name: 'Scripted agent',
    description: 'Does what a message says.',
    version: '1',
    supportedInterfaces: TRANSPORTS.flatMap((protocolBinding) => {
      const url = urls[protocolBinding];
      if (url === undefined) return [];
      return [{ url, protocolBinding, tenant: '', protocolVersion: A2A_PROTOCOL_VERSION }];
    }),
    provider: undefined,
    documentationUrl: undefined,
    iconUrl: undefined,
    capabilities: {
      streaming: true,
      pushNotifications: true,
      extendedAgentCard: false,
      extensions: [],
    },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [],
    signatures: [],
  };
}
