import { randomUUID } from 'node:crypto';

import type { RedisServer } from './redis-server.ts';
import { endpointOfUrl, sendCommands } from './resp.ts';

/** What a connection authenticates with. */
export interface RotatedCredentials {
  readonly username: string;
  readonly password: string;
}

/** Who is told of new credentials. */
export interface CredentialsListener {
  readonly onNext: (credentials: { username?: string; password?: string }) => void;
  readonly onError: (error: Error) => void;
}

/**
 * An account of some servers whose credentials a test changes, and a credentials provider of them in node-redis's form.
 * A rotation changes the name, too: so `CLIENT LIST` tells which connections have authenticated again.
 */
export class RotatingUser {
  readonly type = 'streaming-credentials-provider';
  /** Errors of authenticating again. */
  readonly refusals: Error[] = [];
  readonly #servers: readonly RedisServer[];
  readonly #rules: readonly string[];
  readonly #prefix = `user-${randomUUID()}`;
  readonly #listeners = new Set<CredentialsListener>();
  #rotations = 0;

  private constructor(servers: readonly RedisServer[], rules: readonly string[]) {
    this.#servers = servers;
    this.#rules = rules;
  }

  /** @param rules What it may do, as ACL SETUSER takes it. */
  static async create(
    servers: readonly RedisServer[],
    rules: readonly string[] = ['~*', '&*', '+@all'],
  ): Promise<RotatingUser> {
    const user = new RotatingUser(servers, rules);
    await user.#permit();
    return user;
  }

  /** What is valid now. */
  get credentials(): RotatedCredentials {
    const username = `${this.#prefix}-${this.#rotations}`;
    return { username, password: `secret of ${username}` };
  }

  /** How many listeners there are. */
  get subscriptions(): number {
    return this.#listeners.size;
  }

  readonly subscribe = async (
    listener: CredentialsListener,
  ): Promise<[RotatedCredentials, { dispose(): void }]> => {
    this.#listeners.add(listener);
    return [this.credentials, { dispose: () => void this.#listeners.delete(listener) }];
  };

  readonly onReAuthenticationError = (error: Error): void => {
    this.refusals.push(error);
  };

  /** Makes other credentials valid beside those before, and tells the listeners. */
  async rotate(): Promise<void> {
    this.#rotations += 1;
    await this.#permit();
    this.tell(this.credentials);
  }

  /** Tells the listeners of credentials, valid or not. */
  tell(credentials: RotatedCredentials): void {
    for (const listener of this.#listeners) listener.onNext(credentials);
  }

  /** Makes all but the latest credentials invalid, and closes the connections that still use them. */
  async retire(): Promise<void> {
    const earlier = Array.from(
      { length: this.#rotations },
      (_, index) => `${this.#prefix}-${index}`,
    );
    if (earlier.length === 0) return;
    await this.#onAll(['ACL', 'DELUSER', ...earlier]);
  }

  /** How many connections have authenticated with the latest credentials, and with earlier ones; how many subscribed. */
  async connections(): Promise<{
    readonly latest: number;
    readonly earlier: number;
    readonly subscribed: number;
  }> {
    const lists = await this.#onAll(['CLIENT', 'LIST']);
    const own = lists.flatMap((list) =>
      list.split('\n').filter((line) => line.includes(` user=${this.#prefix}`)),
    );
    const latest = own.filter((line) =>
      line.includes(` user=${this.credentials.username} `),
    ).length;
    const subscribed = own.filter((line) => / (?:sub|psub|ssub)=[1-9]/u.test(line)).length;
    return { latest, earlier: own.length - latest, subscribed };
  }

  async #permit(): Promise<void> {
    const { username, password } = this.credentials;
    await this.#onAll(['ACL', 'SETUSER', username, 'on', `>${password}`, ...this.#rules]);
  }

  async #onAll(command: readonly string[]): Promise<readonly string[]> {
    const replies = await Promise.all(
      this.#servers.map(async ({ url }) => sendCommands(endpointOfUrl(url), [command])),
    );
    return replies.map(([reply = '']) => reply);
  }
}
