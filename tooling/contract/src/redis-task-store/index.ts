export {
  append,
  CAPABILITIES,
  contentOf,
  CONTEXT,
  documentAt,
  loadTask,
  OTHER_OWNER,
  streamedTask,
  text,
  textsOf,
} from './fixtures.ts';
export { type CallHooks, dyingClient, watchedClient, type WatchedCall } from './watched-client.ts';
