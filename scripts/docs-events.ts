import { type ControlType, controlTable } from "../src/live/controls.ts";
import type { Fields } from "../src/live/field.ts";
import { type MessageDefinition, messageTable } from "../src/live/messages.ts";
import { farewells } from "../src/live/sink.ts";
import { heartbeatMs, maxMessageBytes, silenceMs, stalledMs } from "../src/live/subscriber.ts";
import { topicNames, topics } from "../src/live/topic.ts";
import { gatherMs, maxWatchers } from "../src/live/hub.ts";
import { lingerMs } from "../src/live/interest.ts";
import { maxEvents } from "../src/events/event-log.ts";
import { watcherRate } from "../src/server/live-endpoint.ts";

/** The page of all events, from their tables. */
export function eventsPage(): string {
  return [introduction(), connections(), bounds(), messages(), besides()].join("\n");
}

function introduction(): string {
  return `# Events

What happens, as it happens. Generated from the tables in \`src/live/\` by \`npm run docs\`; the same for programs, with JSON Schemas (AsyncAPI 3), is at
\`/docs/events\` of a running gateway.

\`\`\`sh
switchyard events -f                                              # a terminal
curl -N 'http://127.0.0.1:8001/api/events?topics=upstreams,calls'  # server-sent events
\`\`\`

\`\`\`ts
import { watch } from "switchyard/live";

const watching = watch("http://127.0.0.1:8001", { topics: ["upstreams"], key: "swy_…" });
watching.on("mcp_status_change", ({ data }) => console.log(data.upstream, data.newStatus));
\`\`\`

| Topic | From role | Tells |
|---|---|---|
${topicNames.map((topic) => `| \`${topic}\` | ${topics[topic].from} | ${topics[topic].says} |`).join("\n")}

**Roles.** Operators and admins are told everything that is below. Others are told of servers within their [grants](access.md), of calls to what they may use, and of
their own jobs and calculations; what is marked *for operators* is left out. Nobody is ever told arguments or results of calls.
`;
}

function connections(): string {
  return `## Connections

Every message is \`{ id?, type, topic?, timestamp, data }\`. **WebSocket**: at \`/ws\` what is watched is said by message, at \`/ws/calculations\`, \`entities\`, \`status\`, \`jobs\`
and \`upstreams\` it is that topic at once. The key goes into the header \`Authorization: Bearer …\`, or, from a web page, into a subprotocol \`bearer.KEY\` beside
\`switchyard.live\`. You may send:

\`\`\`json
{ "type": "subscribe", "data": { "topics": ["calls"], "upstream": ["files"], "tool": ["read_*"], "type": [], "since": "1f0c-120" } }
{ "type": "unsubscribe", "data": { "topics": ["calls"] } }
{ "type": "ping" }
\`\`\`

Filters hold for all topics of the connection; \`*\` stands for any characters, after \`!\` stands an exception; a later filter takes the place of an earlier one. The same goes into the
query of \`/ws\` and \`/api/events\`: \`?topics=calls&upstream=files\`. **Server-sent events** at \`/api/events\` are the same stream; without topics, all that you may watch.
\`?follow=false&last=20\` answers with the last messages as JSON instead.

**Coming back.** With \`since\`, the \`id\` of the last message that you have (\`Last-Event-ID\` for server-sent events), you are told what you missed, in order. Where some of that is
gone, a \`gap\` says of which topics and why, and \`initial_status\` how things stand. Messages with an id are told once and in order to whoever keeps up, those marked *merged*
excepted: of these a later one about the same thing takes the place of an earlier one that has not been sent. One event can be two messages; the last of them has the id.
That goes also for a gateway that was started anew at the same address with a \`dataDir\`: after one that was stopped nothing is missing; after one that was killed a \`gap\` says that
something may be, and what was kept is told. Calls, progress, resources and measurements end with the process.

**Often and seldom.** Calls, progress, resources and measurements are told only while somebody watches them, and ${lingerMs / 1000} s longer.
`;
}

function bounds(): string {
  const rows = Object.values(farewells).map(({ code, reason }) => `| ${code} | ${reason} |`);
  return `## Bounds

Once some events were sent, the next wait up to ${gatherMs} ms for more. The latest ${maxEvents} events are kept for whoever comes back, and as many of those that happen often. A reader that leaves
something unread for ${stalledMs / 1000} s, or until what comes next is gone, is closed; what waits for it on its connection is less than 64 KiB. Both sides show every ${heartbeatMs / 1000} s that they are there (the gateway by
\`heartbeat\` and a ping); after ${silenceMs / 1000} s of silence the gateway closes. A message to the gateway has at most ${maxMessageBytes / 1024} KiB, of which ${watcherRate.perMinute} a minute are taken, ${watcherRate.burst} at once. ${maxWatchers} can watch at a
time.

| Close code | Means |
|---|---|
${rows.join("\n")}
| 1009 | a message was too long |
`;
}

function messages(): string {
  const parts = topicNames.map((topic) => {
    const own = Object.entries(messageTable).filter(([, definition]) => definition.topic === topic);
    return [`## ${topic}`, "", ...own.map(([name, definition]) => section(name, definition))].join("\n");
  });
  return parts.join("\n");
}

function section(name: string, { says, version, isMerged, isForOperators, data }: MessageDefinition): string {
  const marks = [`version ${version}`, ...(isMerged ? ["merged"] : []), ...(isForOperators ? ["for operators"] : [])];
  return `### \`${name}\`\n\n${says} *${marks.join(", ")}*\n\n${members(data)}`;
}

function members(data: Fields): string {
  const rows = Object.entries(data).map(([name, { schema, isOptional }]) => {
    const choices = Array.isArray(schema["enum"])
      ? ` ${schema["enum"].map((each) => `\`${String(each)}\``).join(", ")}`
      : "";
    const type = `${String(schema["type"])}${isOptional ? "?" : ""}`;
    return `| \`${name}\` | ${type} | ${String(schema["description"])}${choices} |`;
  });
  return rows.length === 0 ? "" : `| Member | Type | |\n|---|---|---|\n${rows.join("\n")}\n`;
}

function besides(): string {
  const rows = Object.entries(controlTable).map(
    ([name, { says, data }]: [string, (typeof controlTable)[ControlType]]) => {
      return `### \`${name}\`\n\n${says}\n\n${members(data)}`;
    },
  );
  return ["## On every connection", "", "These have no topic.", "", ...rows].join("\n");
}
