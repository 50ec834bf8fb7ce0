import { A2A_PROTOCOL_VERSION, type AgentCard } from '@a2a-js/sdk';

/** Where the server answers JSON-RPC. */
export const JSON_RPC_PATH = '/a2a/jsonrpc';

/** Where the server answers HTTP+JSON. */
export const REST_PATH = '/a2a/rest';

/** @param origin Such as `http://127.0.0.1:41241`; clients reach the agent there. */
export function agentCard(origin: string): AgentCard {
  return {
    name: 'Travel agent',
    description: 'Plans city trips: an itinerary for each day, a budget and a packing list.',
    version: '1.0.0',
    supportedInterfaces: [
      agentInterface('JSONRPC', `${origin}${JSON_RPC_PATH}`),
      agentInterface('HTTP+JSON', `${origin}${REST_PATH}`),
    ],
    provider: undefined,
    capabilities: {
      streaming: true,
      pushNotifications: true,
      extendedAgentCard: false,
      extensions: [],
    },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain', 'application/json'],
    skills: [
      {
        id: 'plan-trip',
        name: 'Plan a city trip',
        description: 'Takes a city, a number of days, and if you like a budget and a season.',
        tags: ['travel', 'planning'],
        examples: ['Plan 4 days in Lisbon in spring, budget 900 EUR'],
        inputModes: [],
        outputModes: [],
        securityRequirements: [],
      },
    ],
    signatures: [],
  };
}

function agentInterface(
  protocolBinding: string,
  url: string,
): AgentCard['supportedInterfaces'][number] {
  return { url, protocolBinding, tenant: '', protocolVersion: A2A_PROTOCOL_VERSION };
}
