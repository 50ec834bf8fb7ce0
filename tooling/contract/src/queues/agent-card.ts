import type { AgentCard } from '@a2a-js/sdk';

/** The card of an agent whose executor a test drives. */
export const CARD: AgentCard = {
  name: 'driven',
  description: '',
  version: '1',
  provider: undefined,
  documentationUrl: undefined,
  iconUrl: undefined,
  supportedInterfaces: [],
  capabilities: {
    streaming: true,
    pushNotifications: true,
    extendedAgentCard: false,
    extensions: [],
  },
  securitySchemes: {},
  securityRequirements: [],
  defaultInputModes: [],
  defaultOutputModes: [],
  skills: [],
  signatures: [],
};
