export { CLIENT_KINDS, type OpenClient, type TestServers } from './client-kinds.ts';
export { connect } from './connect.ts';
export { CuttingProxy } from './cutting-proxy.ts';
export { newPrefix } from './new-prefix.ts';
