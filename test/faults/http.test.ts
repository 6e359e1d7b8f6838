import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { UpstreamStatus } from "../../src/gateway/status.ts";
import type { Problem } from "../../src/upstream/state.ts";
import { maxFrameBytes } from "../../src/transport/channel.ts";
import { fileRig } from "../rig/rig.ts";
import { call, failureOf, textOf, toolNames } from "./downstream.ts";
import { type Front, healthy, openFront } from "./front.ts";
import { type Exchange, type Wrong, at, listenWrongly, token } from "./http-upstream.ts";

const unknownOutcome = "The upstream went away during the call, so its outcome is unknown. Check before you repeat it.";
const brokeProtocol = "The upstream broke the protocol. Its log (stderr) may say why.";
const wrongPath = "Correct the path in `url`: what answers there does not answer as an MCP server does.";
const breaksOff = "It can be reached but breaks off. Its own log may say why.";

/** One way to answer wrongly, and what is said of it. */
interface WrongAnswer {
  readonly name: string;
  readonly answers: string;
  readonly wrong: (exchange: Exchange) => void;
  readonly code: Problem["code"];
  readonly message: RegExp;
  /** Whoever calls is told this. */
  readonly advice: string;
  /** The status of an upstream that answers everything so says this. */
  readonly suggestion: string;
  readonly stage?: Problem["stage"];
}

const wrongAnswers: readonly WrongAnswer[] = [
  ...[401, 403].map((status) => ({
    name: `refuses${status}`,
    answers: `HTTP ${status}`,
    wrong: answering(status, "application/json", '{"error":"invalid_token"}'),
    code: "upstream_refused_credentials" as const,
    message: new RegExp(`^The upstream refused us with HTTP ${status}$`),
    advice: "Correct the upstream's headers or env in the configuration.",
    suggestion: "Correct the upstream's headers or env in the configuration.",
  })),
  ...[500, 503].map((status) => ({
    name: `fails${status}`,
    answers: `HTTP ${status}`,
    wrong: answering(status, "text/html", "<h1>Sorry</h1>"),
    code: "upstream_protocol_error" as const,
    message: new RegExp(`^The upstream answered HTTP ${status} without a message$`),
    advice: "The server failed. Its own log may say why.",
    suggestion: "The server failed. Its own log may say why.",
  })),
  {
    name: "elsewhere",
    answers: "a redirect",
    wrong: answering(307),
    code: "upstream_protocol_error",
    message: /^The upstream answered HTTP 307 without a message$/,
    advice: "Put the address that it redirects to into `url`.",
    suggestion: "Put the address that it redirects to into `url`.",
  },
  {
    name: "notfound",
    answers: "HTTP 404",
    wrong: answering(404, "text/html", "<h1>Not found</h1>"),
    code: "upstream_protocol_error",
    message: /^The upstream answered HTTP 404 without a message$/,
    advice: wrongPath,
    suggestion: wrongPath,
  },
  {
    name: "page",
    answers: "a web page",
    wrong: answering(200, "text/html; charset=utf-8", "<html><body>Welcome</body></html>"),
    code: "upstream_protocol_error",
    message: /^The upstream answered HTTP 200 with text\/html and no answer in it$/,
    advice: wrongPath,
    suggestion: wrongPath,
  },
  {
    name: "nothing",
    answers: "nothing",
    wrong: answering(202),
    code: "upstream_protocol_error",
    message: /^The upstream answered HTTP 202 with no content and no answer in it$/,
    advice: wrongPath,
    suggestion: wrongPath,
  },
  {
    name: "text",
    answers: "a result that is a text",
    wrong: ({ response, message }) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id: message["id"], result: "done" }));
    },
    code: "upstream_protocol_error",
    message:
      /^The upstream answered HTTP 200 with application\/json and no answer in it: result must be an object, got a string$/,
    advice: wrongPath,
    suggestion: wrongPath,
  },
  {
    name: "ends",
    answers: "an event stream that ends in the middle of its answer",
    wrong: answering(200, "text/event-stream", 'data: {"jsonrpc":"2.0","id":'),
    code: "upstream_disconnected",
    message: /^The upstream ended the exchange without an answer$/,
    advice: unknownOutcome,
    suggestion: breaksOff,
  },
  {
    name: "cut",
    answers: "an event stream that is cut in the middle of its answer",
    wrong: ({ response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"jsonrpc":"2.0","id":', () => response.destroy());
    },
    code: "upstream_disconnected",
    message: /^The connection to http:\/\/127\.0\.0\.1:\d+ broke \((?:CLOSED_EARLY: .*|ECONNRESET: .*)\)$/,
    advice: unknownOutcome,
    suggestion: breaksOff,
  },
  {
    name: "resets",
    answers: "a reset connection",
    wrong: ({ request }) => {
      request.socket.resetAndDestroy();
    },
    code: "upstream_disconnected",
    message: /^The connection to http:\/\/127\.0\.0\.1:\d+ broke \(ECONNRESET: .*\)$/,
    advice: unknownOutcome,
    suggestion: breaksOff,
  },
  {
    name: "endless",
    answers: "a body without end",
    wrong: (exchange) => {
      pour(exchange, "application/json", " ");
    },
    code: "upstream_protocol_error",
    message: new RegExp(`^The upstream sent a message of more than ${maxFrameBytes} bytes$`),
    advice: brokeProtocol,
    suggestion: brokeProtocol,
    stage: "handshake",
  },
  {
    name: "eternal",
    answers: "an event without end",
    wrong: (exchange) => {
      pour(exchange, "text/event-stream", "data: ");
    },
    code: "upstream_protocol_error",
    message: new RegExp(`^The upstream sent a message of more than ${maxFrameBytes} bytes$`),
    advice: brokeProtocol,
    suggestion: brokeProtocol,
    stage: "handshake",
  },
];

function answering(status: number, type?: string, body?: string): (exchange: Exchange) => void {
  return ({ response }) => {
    response.writeHead(status, type === undefined ? {} : { "content-type": type });
    response.end(body);
  };
}

/** Sends without end, as fast as it is read, until the other side has had enough. */
function pour({ response }: Exchange, type: string, beginning: string): void {
  const more = Buffer.alloc(1024 * 1024, " ");
  response.writeHead(200, { "content-type": type });
  response.write(beginning);
  const goOn = (): void => {
    while (!response.destroyed && response.write(more));
    if (!response.destroyed) response.once("drain", goOn);
  };
  goOn();
}

/** Everything is answered so, or calls only. */
function everything(wrong: (exchange: Exchange) => void): Wrong {
  return { "server/discover": wrong, initialize: wrong, "tools/list": wrong, "tools/call": wrong, GET: wrong };
}

const rig = fileRig();
let front: Front;

before(async () => {
  const servers = await Promise.all(
    wrongAnswers.map(async ({ name, wrong }) => [
      at(`${name}-always`, rig.use(await listenWrongly(everything(wrong))).url),
      at(name, rig.use(await listenWrongly({ "tools/call": wrong })).url),
    ]),
  );
  front = await openFront(rig, [healthy, ...servers.flat(), at("refused", "http://127.0.0.1:9/mcp")]);
  await front.reaches("healthy", "ready");
});

async function othersWork(): Promise<void> {
  assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
  assert.ok((await toolNames(front.url)).includes("healthy__echo"));
}

function problemOf({ state }: UpstreamStatus): Problem {
  assert.ok(state.kind === "recovering", `it is ${state.kind}`);
  return state.problem;
}

test("an upstream that cannot be reached is said to be so, with what to do", async () => {
  const status = await front.reaches("refused", "recovering");
  const message = "No connection to http://127.0.0.1:9 (ECONNREFUSED)";
  const suggestion = "Start the server, or correct host and port in `url`.";
  assert.deepEqual(problemOf(status), { stage: "connect", code: "upstream_unavailable", message, suggestion });
  const result = await call(front.url, "refused__anything");
  assert.equal(textOf(result), `The upstream "refused" is down: ${message}. ${suggestion}`);
  assert.equal(failureOf(result)["code"], "upstream_unavailable");
  await othersWork();
});

for (const { name, answers, code, message, advice, suggestion, stage = "exchange" } of wrongAnswers) {
  test(`a call that is answered with ${answers} fails with what came, and the upstream stays`, async () => {
    await front.reaches(name, "ready");
    const result = await call(front.url, `${name}__echo`);
    assert.equal(result["isError"], true);
    const text = textOf(result);
    assert.ok(text.endsWith(`. ${advice}`), text);
    assert.match(text.slice(0, -advice.length - 2), message);
    assert.ok(!JSON.stringify(result).includes(token), "no secret is told");
    const failure = failureOf(result);
    assert.equal(failure["code"], code);
    assert.equal(failure["upstream"], name);
    assert.equal(front.status(name).state.kind, "ready");
    await othersWork();
  });

  test(`an upstream that answers everything with ${answers} is away, and its status says why`, async () => {
    const status = await front.reaches(`${name}-always`, "recovering");
    const problem = problemOf(status);
    assert.match(problem.message, message);
    assert.deepEqual({ ...problem, message: "" }, { stage, code, message: "", suggestion });
    assert.ok(!JSON.stringify(status).includes(token), "no secret is shown");
    await othersWork();
  });
}

test("streams that an upstream leaves open after the answer do not use up the connections to it", async () => {
  const wrong: Wrong = {
    "tools/call": ({ response, message }) => {
      const answer = { jsonrpc: "2.0", id: message["id"], result: { content: [{ type: "text", text: "hi" }] } };
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify(answer)}\n\n`);
    },
  };
  const own = await openFront(rig, [at("up", rig.use(await listenWrongly(wrong)).url)]);
  await own.reaches("up", "ready");
  let answered = 0;
  const caller = async (): Promise<void> => {
    while (answered < 400) {
      answered += 1;
      assert.equal(textOf(await call(own.url, "up__echo")), "hi");
    }
  };
  await Promise.all(Array.from({ length: 20 }, caller));
  await own.switchyard.close();
});

test("a server of 2026-07-28 that asks all the same on the stream of a call is not answered, as it must not be", async () => {
  const posted: string[] = [];
  const discovered = { resultType: "complete", supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };
  const server = rig.use(
    await listenWrongly({
      "server/discover": ({ result }) => {
        result(discovered);
      },
      "tools/call": ({ response, message: { id } }) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write('data: {"jsonrpc":"2.0","id":"q","method":"ping"}\n\n');
        const result = { resultType: "complete", content: [{ type: "text", text: "hi" }] };
        response.end(`data: ${JSON.stringify({ jsonrpc: "2.0", id, result })}\n\n`);
      },
      undefined: ({ request, response }) => {
        posted.push(String(request.method));
        response.writeHead(202).end();
      },
    }),
  );
  const own = await openFront(rig, [at("asks", server.url)]);
  await own.reaches("asks", "ready");
  assert.equal(textOf(await call(own.url, "asks__echo")), "hi");
  assert.equal(textOf(await call(own.url, "asks__echo")), "hi");
  assert.deepEqual(
    own.status("asks").oddities.map(({ kind, count }) => [kind, count]),
    [["noise", 2]],
  );
  assert.deepEqual(posted, []);
});
