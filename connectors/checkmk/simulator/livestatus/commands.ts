import type { State } from "../check-result.ts";
import type { Estate } from "../estate.ts";
import type { Target } from "../remarks.ts";

/**
 * Carries out an external command, such as `ADD_HOST_COMMENT;srv;1;ops;text`. Nobody is told whether it was one: a core only logs what it does not know.
 */
export function carryOut(estate: Estate, command: string): void {
  const [name = "", ...args] = command.split(";");
  const kind = /^(.*)_(HOST|SVC|SERVICE)(_.*)?$/.exec(name);
  if (kind === null) return;
  const isOfHost = kind[2] === "HOST";
  const action = `${kind[1] ?? ""}${kind[3] ?? ""}`;
  if (action.startsWith("DEL")) {
    const id = Number(args[0]);
    if (action === "DEL_DOWNTIME") estate.removeDowntime(id);
    if (action === "DEL_COMMENT") estate.removeComment(id);
    return;
  }
  const host = args.shift() ?? "";
  const target: Target = { host, service: isOfHost ? undefined : args.shift() };
  actions[action]?.(estate, target, args);
}

type Action = (estate: Estate, target: Target, args: readonly string[]) => void;

const actions: Readonly<Record<string, Action>> = {
  ACKNOWLEDGE_PROBLEM: (estate, target, [sticky, notify, persistent, author = "", ...comment]) => {
    estate.acknowledge(target, {
      author,
      comment: comment.join(";"),
      sticky: sticky === "2",
      persistent: persistent === "1",
      notify: notify === "1",
      expiresAt: undefined,
    });
  },
  REMOVE_ACKNOWLEDGEMENT: (estate, target) => {
    estate.removeAcknowledgement(target);
  },
  SCHEDULE_DOWNTIME: (estate, target, [start, end, fixed, _trigger, duration, author = "", ...comment]) => {
    estate.scheduleDowntime({
      ...target,
      author,
      comment: comment.join(";"),
      startTime: Number(start),
      endTime: Number(end),
      durationS: fixed === "1" ? 0 : Number(duration),
      recurring: 0,
    });
  },
  ADD_COMMENT: (estate, target, [persistent, author = "", ...comment]) => {
    estate.addComment(target, { author, text: comment.join(";"), persistent: persistent === "1" });
  },
  PROCESS_CHECK_RESULT: (estate, target, [code, ...said]) => {
    const state = ([0, 1, 2, 3] satisfies readonly State[]).find((each) => String(each) === code);
    const [output = "", perfData = ""] = said.join(";").split("|");
    if (state !== undefined) estate.result(target, { state, output, perfData });
  },
};
