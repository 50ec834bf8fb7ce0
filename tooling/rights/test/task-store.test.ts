import { describeMissingRights } from './describe-missing-rights.ts';
import { taskSteps, TaskParts } from './task-steps.ts';
import { RedisTaskStore } from '@a2a-redis/task-store';

describeMissingRights({
  name: 'task-store',
  open: async (client, suffix) =>
    new TaskParts(client, (options) => new RedisTaskStore(client, { ...options, prefix: `a2a:tasks:${suffix}` })),
  steps: taskSteps,
});
