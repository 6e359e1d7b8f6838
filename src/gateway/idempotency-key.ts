/** Where in `_meta` a caller names its call, so that a repetition of it is known as one. It goes on to the upstream. */
export const idempotencyKey = "switchyard/idempotencyKey";
