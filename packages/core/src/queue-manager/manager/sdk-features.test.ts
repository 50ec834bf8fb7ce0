import { Task } from '@a2a-js/sdk';
import { DefaultExecutionEventBus, ResultManager, ServerCallContext } from '@a2a-js/sdk/server';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { SdkFeatures } from './sdk-features.ts';

/** What a result manager has beside what its types say. */
interface Saving {
  saveCurrentTask: () => Promise<void>;
}

function isSaving(value: unknown): value is Saving {
  return typeof value === 'object' && value !== null && 'saveCurrentTask' in value;
}

function savingOf(): Saving {
  const prototype: unknown = ResultManager.prototype;
  if (!isSaving(prototype)) throw new Error('Another result manager.');
  return prototype;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('SdkFeatures', () => {
  it('lets an SDK do that names contexts, and whose result manager stores what it was given', async () => {
    const features = new SdkFeatures(true);
    const bus = new DefaultExecutionEventBus();
    features.noteBus(bus, new ServerCallContext());
    await features.require(bus);
    // It is known then.
    expect(features.require(bus)).toBeUndefined();
  });

  it('refuses one whose handler asks for buses without a context, until it names one', () => {
    const features = new SdkFeatures(false);
    const bus = new DefaultExecutionEventBus();
    features.noteBus(bus, undefined);
    expect(() => features.require(bus)).toThrow(
      expect.objectContaining({
        code: 'SDK_UNSUPPORTED',
        message:
          'The installed @a2a-js/sdk will not do, because the request handler does not say whose task it is when it asks for the event bus. Install version 1.3 or newer.',
      }),
    );
    features.noteBus(bus, new ServerCallContext());
    expect(features.require(bus)).toBeUndefined();
  });

  it('refuses one whose result manager keeps only what it knows, where the store reads ids', async () => {
    const saving = savingOf();
    const { saveCurrentTask } = saving;
    vi.spyOn(saving, 'saveCurrentTask').mockImplementation(async function lossy(this: object) {
      const current: Task = Reflect.get(this, 'currentTask');
      const known: unknown = Task.toJSON(current);
      Reflect.set(this, 'currentTask', Task.fromJSON(known));
      await Reflect.apply(saveCurrentTask, this, []);
    });
    const bus = new DefaultExecutionEventBus();
    await expect(new SdkFeatures(true).require(bus)).rejects.toThrow(
      expect.objectContaining({
        code: 'SDK_UNSUPPORTED',
        message:
          'The installed @a2a-js/sdk will not do, because the result manager does not store each event with all that it says. Install version 1.3 or newer.',
      }),
    );
    expect(new SdkFeatures(false).require(bus)).toBeUndefined();
  });
});
