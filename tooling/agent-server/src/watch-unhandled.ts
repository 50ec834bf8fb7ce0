/** Collects what nothing handled, instead of ending the process. */
export function watchUnhandled(): readonly string[] {
  const seen: string[] = [];
  const note = (reason: unknown): void => {
    seen.push(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  };
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  return seen;
}
