/**
 * The undici that is installed. Bun puts a stand-in of its own in the place of the bare name, whose `Agent` sends nothing
 * and asks no connector.
 */
export { Agent, buildConnector, type Dispatcher, errors } from 'undici/index.js';
