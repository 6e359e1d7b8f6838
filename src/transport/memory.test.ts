import { testChannel } from "./channel.contract.ts";
import { memoryPair } from "./memory.ts";

testChannel("memory", () => {
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
  };
});
