import { testChannel } from "./channel.contract.ts";
import { memoryPair } from "./memory.ts";

testChannel({
  name: "memory",
  lacks: {
    cuts: "frames are handed over, there is no wire",
    limit: "both ends are our own",
    vanishing: "both ends are in one process",
    backlog: "what one sends the other has",
  },
  make: () => {
    const [channel, peer] = memoryPair();
    const received: string[] = [];
    peer.start({
      frame: (frame) => received.push(frame.toString()),
      noise: () => undefined,
      ended: () => undefined,
    });
    return {
      channel,
      peerSends: (frame) => {
        peer.send(frame);
      },
      peerReceived: () => received,
      peerEnds: () => void peer.close(),
      [Symbol.asyncDispose]: () => channel.close(),
    };
  },
});
