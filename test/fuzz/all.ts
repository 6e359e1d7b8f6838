import { codecFuzzes } from "./codecs.ts";
import { conversationFuzzes } from "./conversation/conversation.ts";
import { eventStreamFuzzes } from "./event-streams.ts";
import { frameFuzzes } from "./frames.ts";
import type { Fuzz } from "./fuzz.ts";

/** Every fuzz there is. */
export const fuzzes: readonly Fuzz[] = [...frameFuzzes, ...codecFuzzes, ...eventStreamFuzzes, ...conversationFuzzes];
