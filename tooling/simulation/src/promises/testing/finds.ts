import { describe, expect, it } from 'vitest';

import { type PromiseCheck, signatureOf } from '../finding.ts';
import { outcomeOf, type Scene, wholeScene } from './scene.ts';

/** What a check finds in a scene that breaks a promise, and how that differs from a whole one. */
type Cases = Readonly<Record<string, (scene: Scene) => void>>;

/** Tests that a check finds what breaks a promise, and nothing else in it. */
export function finds(name: string, check: PromiseCheck, cases: Cases): void {
  describe(name, () => {
    it.each(Object.entries(cases))('finds %s', (signature, change) => {
      const scene = wholeScene();
      change(scene);
      expect(check(outcomeOf(scene)).map(signatureOf)).toEqual([signature]);
    });
  });
}
