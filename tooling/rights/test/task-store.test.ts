import { RedisTaskStore } from '@a2a-redis/task-store';

import { describeMissingRights } from './describe-missing-rights.ts';
import { TASK_STEPS, TaskParts } from './task-steps.ts';

describeMissingRights({
  name: 'task-store',
  open: (client, suffix) =>
    new TaskParts(client, `a2a:tasks:${suffix}`, (options) => new RedisTaskStore(client, options)),
  steps: TASK_STEPS,
  buildsUp: true,
});
