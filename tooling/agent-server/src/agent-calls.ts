/** What a test can ask an agent's process. */
export interface AgentCalls {
  /** The tasks of the executions that have begun there, in their order. */
  begun(): readonly string[];
  /** The tasks that its executor was asked to cancel, in their order. */
  canceled(): readonly string[];
  /** What its client and its queue manager reported. */
  errors(): readonly string[];
  /** Rejections and exceptions that nothing handled. */
  unhandled(): readonly string[];
  /** Lets executions there pass the step `wait <gate>`. */
  open(gate: string): void;
}
