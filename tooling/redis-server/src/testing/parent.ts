import { startRedisServer } from '../index.ts';
import { sendCommands, endpointOfUrl } from '../resp.ts';
import { infoField } from '../info-field.ts';

/**
 * A process that starts a server, says where it is, and then ends in the way that its argument
 * names, without having stopped the server.
 */
const server = await startRedisServer({ processControl: true });
const [info = ''] = await sendCommands(endpointOfUrl(server.url), [['INFO', 'server']]);
const confFile = infoField(info, 'config_file');
process.stdout.write(`${infoField(info, 'process_id')} ${confFile}\n`);

const ending = process.argv[2];
if (ending === 'exit') process.exit(3);
if (ending === 'throw') throw new Error('uncaught');
// Waits for a signal.
if (ending !== 'return') setInterval(() => undefined, 60_000);
