export type {
  PushConfigEncryption,
  PushConfigEncryptionKey,
  RedisPushNotificationConfigStoreOptions,
} from './options.ts';
export { RedisPushNotificationConfigStore } from './redis-push-notification-config-store.ts';
