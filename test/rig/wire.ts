import { Duplex } from "node:stream";

/** The two ends of a connection inside this process: as over a network, what one writes or does reaches the other later. */
export function wirePair(): readonly [Duplex, Duplex] {
  const left: Duplex = end(() => right);
  const right: Duplex = end(() => left);
  return [left, right];
}

function end(other: () => Duplex): Duplex {
  return new Duplex({
    allowHalfOpen: true,
    read() {
      // Whatever has come is pushed already.
    },
    write(chunk: Buffer, _encoding, done) {
      setImmediate(() => {
        if (!other().destroyed) other().push(chunk);
        done();
      });
    },
    final(done) {
      setImmediate(() => {
        if (!other().destroyed) other().push(null);
        done();
      });
    },
    destroy(error, done) {
      setImmediate(() => other().destroy());
      done(error);
    },
  });
}
