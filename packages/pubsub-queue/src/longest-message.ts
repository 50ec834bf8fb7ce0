/**
 * The longest message that carries events, in bytes. A server closes a connection for messages that is behind by 32 MB,
 * or by 8 MB for a minute, with all that others are to hear over it (`client-output-buffer-limit pubsub`). The same as
 * in `publish-events.lua`.
 */
export const LONGEST_MESSAGE_BYTES: number = 4 * 1024 * 1024;
