/**
 * What of `node:http` is called. Asked for in this way, as an `import` reads everything that the module offers, and so loads Node's WebSocket and
 * `fetch` with it: 40 ms of every start, for what nothing here uses.
 */
export const { createServer, STATUS_CODES } = process.getBuiltinModule("node:http");
