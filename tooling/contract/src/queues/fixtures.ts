export { CARD } from './agent-card.ts';
export { summaryOf, type TaskSummary } from './agent.ts';
export { beginTask } from './begin-task.ts';
export { DrivenExecutor, type Execution } from './driven-executor.ts';
export { describeResponse, Listener, stateName, taskIdOf, textsOf } from './listener.ts';
export { CONTEXT, sendRequest } from './requests.ts';
