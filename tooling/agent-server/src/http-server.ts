import { once } from 'node:events';
import { createServer } from 'node:http';

import { AGENT_CARD_PATH } from '@a2a-js/sdk';
import type { A2ARequestHandler } from '@a2a-js/sdk/server';
import {
  agentCardHandler,
  jsonRpcHandler,
  restHandler,
  UserBuilder,
} from '@a2a-js/sdk/server/express';
import express from 'express';

import { HTTP_PATHS } from './agent-card.ts';

/** An HTTP server that listens before it can answer, because the agent card names its port. */
export interface AgentHttpServer {
  readonly origin: string;
  /** Answers JSON-RPC, HTTP+JSON, and with the agent card. */
  serve(requestHandler: A2ARequestHandler): void;
  /** Takes no further connections, and waits for the requests under way. */
  finish(): Promise<void>;
  /** Breaks connections off. */
  close(): void;
}

/** Listens on a free port of the loopback interface. */
export async function startHttpServer(): Promise<AgentHttpServer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    serve: (requestHandler) => {
      const { noAuthentication: userBuilder } = UserBuilder;
      const app = express();
      app.use(`/${AGENT_CARD_PATH}`, agentCardHandler({ agentCardProvider: requestHandler }));
      app.use(HTTP_PATHS.JSONRPC, jsonRpcHandler({ requestHandler, userBuilder }));
      app.use(HTTP_PATHS['HTTP+JSON'], restHandler({ requestHandler, userBuilder }));
      server.on('request', app);
    },
    finish: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
    close: () => {
      server.closeAllConnections();
    },
  };
}
