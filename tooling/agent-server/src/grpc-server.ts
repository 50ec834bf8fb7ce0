import type { A2ARequestHandler } from '@a2a-js/sdk/server';
import { A2AService, grpcService, UserBuilder } from '@a2a-js/sdk/server/grpc';
import { Server, ServerCredentials } from '@grpc/grpc-js';

/** A gRPC server that listens before it can answer, because the agent card names its port. */
export interface GrpcServer {
  /** `host:port`. */
  readonly address: string;
  serve(requestHandler: A2ARequestHandler): void;
  /** Takes no further calls, and waits for those under way. */
  finish(): Promise<void>;
  /** Breaks calls off. */
  close(): void;
}

/** Listens on a free port of the loopback interface. */
export async function startGrpcServer(): Promise<GrpcServer> {
  const server = new Server();
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  const { noAuthentication: userBuilder } = UserBuilder;
  return {
    address: `127.0.0.1:${port}`,
    serve: (requestHandler) => {
      server.addService(A2AService, grpcService({ requestHandler, userBuilder }));
    },
    finish: async () =>
      new Promise((resolve) => {
        server.tryShutdown(() => {
          resolve();
        });
      }),
    close: () => {
      server.forceShutdown();
    },
  };
}
