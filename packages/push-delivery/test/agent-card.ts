import type { AgentCard } from '@a2a-js/sdk';

/** The card of an agent that pushes. */
export const CARD: AgentCard = {
  name: 'agent',
  description: 'An agent.',
  version: '1',
  supportedInterfaces: [
    {
      url: 'https://agent.example/',
      protocolBinding: 'JSONRPC',
      tenant: '',
      protocolVersion: '1.0',
    },
  ],
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
