// One of several processes that write one task at once: what `describe-many-writers.ts` starts.
import { ServerCallContext } from '@a2a-js/sdk/server';
import { createClient, createCluster } from 'redis';

/**
 * Waits for a message, then appends a message, a part and a metadata key to the task, again and again.
 *
 * argv: URL, prefix, task id, writer's name, number of writes, `cluster` for a cluster
 *
 * @param openStore Makes the store of a client and a prefix.
 */
export async function appendToTask(openStore) {
  const [, , url, prefix, taskId, writer, count, kind] = process.argv;
  const client =
    kind === 'cluster' ? createCluster({ rootNodes: [{ url }] }) : createClient({ url });
  client.on('error', () => {});
  await client.connect();
  const store = openStore(client, prefix);
  const context = new ServerCallContext({
    tenant: 'acme',
    user: { isAuthenticated: true, userName: 'ann' },
  });

  process.send('ready');
  await new Promise((resolve) => {
    process.once('message', resolve);
  });

  for (let index = 0; index < Number(count); index += 1) {
    const name = `${writer}-${index}`;
    const task = await store.load(taskId, context);
    task.history.push(message(name));
    task.artifacts[0].parts.push(text(name));
    task.metadata = { ...task.metadata, [name]: index };
    await store.save(task, context);
    process.send(name);
  }
  await client.close();
  process.disconnect();
}

function text(value) {
  return {
    content: { $case: 'text', value },
    metadata: undefined,
    filename: '',
    mediaType: 'text/plain',
  };
}

function message(messageId) {
  return {
    messageId,
    contextId: '',
    taskId: '',
    role: 2,
    parts: [text(messageId)],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
}
