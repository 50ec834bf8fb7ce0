import type { OwnerResolver, PushNotificationStore } from '@a2a-js/sdk/server';

/** A store that keeps wire versions, which the SDK's interface leaves open. */
export type StoreUnderTest = PushNotificationStore &
  Required<Pick<PushNotificationStore, 'loadWithMetadata'>>;

/** Makes a store that shares nothing with those made before. */
export type MakePushNotificationStore = (
  ownerResolver?: OwnerResolver,
) => StoreUnderTest | Promise<StoreUnderTest>;

/** What stores may do differently, each in a documented way. */
export interface PushNotificationStoreCapabilities {
  /**
   * What `delete` without a config id removes: all configs of the task, or, as the SDK's in-memory
   * store, the one whose id is the task's.
   */
  readonly deleteWithoutConfigId: 'all' | 'named-after-task';
}

/** What a spec is run on. */
export interface Subject {
  readonly makeStore: MakePushNotificationStore;
  readonly capabilities: PushNotificationStoreCapabilities;
}
