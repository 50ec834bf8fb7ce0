import {
  Role,
  StreamResponse,
  Task,
  type TaskPushNotificationConfig,
  TaskState,
} from '@a2a-js/sdk';
import { V03PushNotificationSerializer } from '@a2a-js/sdk/compat/v0_3/server';
import {
  DefaultPushNotificationSender,
  InMemoryPushNotificationStore,
  ServerCallContext,
} from '@a2a-js/sdk/server';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { WebhookContents } from '../src/posting/webhook-content.ts';
import { WebhookRequests } from '../src/signing/webhook-requests.ts';
import { WebhookSigner } from '../src/signing/webhook-signer.ts';
import { posterOf, unlimited } from './posters.ts';
import { type Received, startReceiver } from './receiver.ts';
import { configOf } from './signing-fixtures.ts';

beforeAll(() => {
  // The SDK's sender reports every notification on the console.
  vi.spyOn(console, 'info').mockImplementation(() => {});
});

afterAll(() => {
  vi.restoreAllMocks();
});

const STATUS = {
  state: TaskState.TASK_STATE_INPUT_REQUIRED,
  message: undefined,
  timestamp: '2026-01-01T00:00:00.000Z',
};
const ARTIFACT = {
  artifactId: 'a1',
  name: 'naïve 🦀',
  description: '',
  parts: [
    {
      content: { $case: 'text' as const, value: 'line\nline\u2028 "quoted"' },
      metadata: { n: 1.5, nested: { list: [null, true] } },
      filename: '',
      mediaType: 'text/plain',
    },
    {
      content: { $case: 'raw' as const, value: Buffer.from([0, 255, 1]) },
      metadata: undefined,
      filename: 'a.bin',
      mediaType: 'application/octet-stream',
    },
  ],
  metadata: undefined,
  extensions: [],
};
const TASK: Task = {
  id: 'task',
  contextId: 'context',
  status: STATUS,
  artifacts: [ARTIFACT],
  history: [],
  metadata: { a: 'b' },
};
/** The same, after it was kept as text. */
const keptTask: unknown = JSON.parse(JSON.stringify(Task.toJSON(TASK)));
const RESPONSES: readonly StreamResponse[] = [
  { payload: { $case: 'task', value: TASK } },
  {
    payload: {
      $case: 'statusUpdate',
      value: { taskId: 'task', contextId: 'context', status: STATUS, metadata: { a: 'ü' } },
    },
  },
  {
    payload: {
      $case: 'artifactUpdate',
      value: {
        taskId: 'task',
        contextId: 'context',
        artifact: ARTIFACT,
        append: true,
        lastChunk: false,
        metadata: undefined,
      },
    },
  },
];
const MESSAGE: StreamResponse = {
  payload: {
    $case: 'message',
    value: {
      messageId: 'm1',
      contextId: 'context',
      taskId: 'task',
      role: Role.ROLE_AGENT,
      parts: ARTIFACT.parts,
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    },
  },
};
const SERIALIZERS = { '0.3': new V03PushNotificationSerializer() };
const AUTHENTICATIONS: readonly Partial<TaskPushNotificationConfig>[] = [
  {},
  { token: ' t0k ' },
  { token: 't0k', authentication: { scheme: 'Bearer', credentials: 'cr3d é' } },
  { token: 't0k', authentication: { scheme: 'Bearer', credentials: '' } },
];

/** Each config, version and event, with and without the task. */
const CASES = ['1.0', '0.3'].flatMap((version) =>
  AUTHENTICATIONS.flatMap((fields) =>
    [...RESPONSES, MESSAGE].flatMap((response) =>
      [undefined, TASK].map((task) => ({ version, fields, response, task })),
    ),
  ),
);

test("the body and the headers are those of the SDK's sender, to the byte", async () => {
  const receiver = await startReceiver();
  const poster = posterOf();
  const contents = new WebhookContents(SERIALIZERS);
  const requests = new WebhookRequests(new WebhookSigner({}, 'signing.'));
  for (const [index, { version, fields, response, task }] of CASES.entries()) {
    const context = new ServerCallContext({ requestedVersion: version });
    const config = configOf({ ...fields, url: `${receiver.origin}/hook?case=${index}` });
    const configs = new InMemoryPushNotificationStore();
    await configs.save('task', context, config);
    await new DefaultPushNotificationSender(configs, { serializers: SERIALIZERS }).send(
      response,
      context,
      task,
    );
    const request = await requests.requestOf({
      id: `w${index}`,
      timestampSeconds: 1_767_225_600,
      content: contents.contentOf(keptInRedis(response), version, task && Task.fromJSON(keptTask)),
      config,
      scope: { tenant: '', owner: 'unknown' },
    });
    if ('kind' in request) throw new Error(request.reason);
    expect(await poster.post(request, unlimited())).toMatchObject({ kind: 'delivered' });
    const [ofSdk, ours] = receiver.received.slice(-2).map(chosen);
    expect(ours).toStrictEqual({
      ...ofSdk,
      headers: {
        ...ofSdk?.headers,
        'a2a-version': version,
        'webhook-id': `w${index}`,
        'webhook-timestamp': '1767225600',
      },
    });
  }
  expect(receiver.received).toHaveLength(2 * CASES.length);
  expect(new Set(receiver.received.map(({ headers }) => headers['content-type']))).toEqual(
    new Set(['application/a2a+json', 'application/json']),
  );
});

test('what a config cannot set is refused before anything is sent', async () => {
  const requests = new WebhookRequests(new WebhookSigner({}, 'signing.'), 'X-Token');
  const attempt = {
    id: 'w1',
    timestampSeconds: 0,
    content: { body: '{}', headers: { 'content-type': 'application/json' } },
    scope: { tenant: '', owner: '' },
  };
  expect(await requests.requestOf({ ...attempt, config: configOf({ token: 'a\nb' }) })).toEqual({
    kind: 'refused',
    reason: "The webhook's token must not hold line breaks, nor what is not in Latin-1.",
  });
  expect(
    await requests.requestOf({ ...attempt, config: configOf({ token: 't0k' }) }),
  ).toStrictEqual({
    url: configOf().url,
    headers: {
      'user-agent': '@a2a-redis/push-delivery',
      'content-type': 'application/json',
      'webhook-id': 'w1',
      'webhook-timestamp': '0',
      'x-token': 't0k',
    },
    body: '{}',
  });
});

/** As a response is after it was kept as text. */
function keptInRedis(response: StreamResponse): StreamResponse {
  return StreamResponse.fromJSON(JSON.parse(JSON.stringify(StreamResponse.toJSON(response))));
}

/** All that the SDK's sender chooses itself: `fetch` adds headers about how it fetches. */
function chosen({ method, url, headers, body }: Received): Received {
  const ofHttp = /^(?:accept|accept-.*|sec-.*|user-agent|connection|host|keep-alive)$/u;
  return {
    method,
    url,
    body,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ofHttp.test(name))),
  };
}
