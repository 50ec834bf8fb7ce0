import { setTimeout as sleep } from 'node:timers/promises';

import { TaskState } from '@a2a-js/sdk';
import type { AgentExecutor, ExecutionEventBus, RequestContext } from '@a2a-js/sdk/server';

import { chunkEvent, messageEvent, statusEvent, taskEvent } from './events.ts';
import { Gates } from './gates.ts';
import { parseScript, type Step } from './script.ts';

interface Running {
  readonly taskId: string;
  readonly cancel: AbortController;
  ignoresCancel: boolean;
  chunks: number;
}

/** An executor that does what the text of each message says; see `parseScript`. */
export class ScriptedExecutor implements AgentExecutor {
  /** The tasks of the executions that have begun, in their order. */
  readonly begun: string[] = [];
  /** The tasks that were asked to be canceled, in their order. */
  readonly canceled: string[] = [];
  readonly gates: Gates = new Gates();
  readonly #running = new Set<Running>();

  async execute(request: RequestContext, bus: ExecutionEventBus): Promise<void> {
    const running: Running = {
      taskId: request.taskId,
      cancel: new AbortController(),
      ignoresCancel: false,
      chunks: 0,
    };
    this.begun.push(request.taskId);
    this.#running.add(running);
    try {
      for (const step of parseScript(textOf(request))) {
        await this.#do(step, running, request, bus);
        if (!running.cancel.signal.aborted) continue;
        bus.publish(statusEvent(request, TaskState.TASK_STATE_CANCELED));
        return;
      }
    } finally {
      this.#running.delete(running);
    }
  }

  async cancelTask(taskId: string): Promise<void> {
    this.canceled.push(taskId);
    for (const running of this.#running) {
      if (running.taskId === taskId && !running.ignoresCancel) running.cancel.abort();
    }
  }

  async #do(
    step: Step,
    running: Running,
    request: RequestContext,
    bus: ExecutionEventBus,
  ): Promise<void> {
    const { signal } = running.cancel;
    switch (step.kind) {
      case 'task':
        bus.publish(taskEvent(request));
        break;
      case 'chunks':
        for (let index = 0; index < step.count && !signal.aborted; index += 1) {
          bus.publish(chunkEvent(request, `${step.label}${running.chunks}`));
          running.chunks += 1;
          if (step.everyMs > 0) await pause(step.everyMs, signal);
        }
        break;
      case 'status':
        bus.publish(statusEvent(request, step.state));
        break;
      case 'message':
        bus.publish(messageEvent(request, step.text));
        break;
      case 'wait':
        await this.gates.pass(step.gate, signal);
        break;
      case 'throw':
        throw new Error(step.text);
      case 'ignore-cancel':
        running.ignoresCancel = true;
        break;
      default:
        step satisfies never;
    }
  }
}

function textOf({ userMessage }: RequestContext): string {
  return userMessage.parts
    .map(({ content }) => (content?.$case === 'text' ? content.value : ''))
    .join('');
}

/** Waits, or until the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
