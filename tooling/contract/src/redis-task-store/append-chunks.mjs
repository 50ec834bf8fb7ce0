// One of several processes that write one task at once. JavaScript, because Node runs it as it is.
import { ServerCallContext } from '@a2a-js/sdk/server';
import { createClient, createCluster } from 'redis';

/**
 * Waits for a message of the parent process, then loads a task, changes it and saves it, again and
 * again; tells the parent of each save.
 *
 * argv: URL, prefix, task id, writer's name, number of writes, `cluster` for a cluster
 *
 * @param open Makes a task store of a client and options.
 */
export async function appendChunks(open) {
  const [, , url, prefix, taskId, writer, count, kind] = process.argv;
  const isCluster = kind === 'cluster';
  const client = isCluster ? createCluster({ rootNodes: [{ url }] }) : createClient({ url });
  client.on('error', () => {});
  await client.connect();
  const store = open(client, { prefix });
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
