export { runForeground } from './run-foreground.ts';
