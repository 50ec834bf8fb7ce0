import { startRedisSentinel } from '../index.ts';
import { infoField } from '../info-field.ts';
import { endpointOfUrl, sendCommands } from '../resp.ts';

/** A process that starts servers with a sentinel, says where they are, and waits for a signal. */
const { servers, sentinels } = await startRedisSentinel();
const lines = await Promise.all(
  [...servers, ...sentinels].map(async ({ url }) => {
    const [info = ''] = await sendCommands(endpointOfUrl(url), [['INFO', 'server']]);
    return `${infoField(info, 'process_id')} ${infoField(info, 'config_file')}`;
  }),
);
process.stdout.write(`${lines.join('|')}\n`);
setInterval(() => undefined, 60_000);
