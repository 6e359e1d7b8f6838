import { useElementSize } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { UpstreamStatus } from "../answers.ts";
import { plural, wordsOf } from "../text.ts";
import { strokeOf } from "./state-badge.tsx";

const rowHeight = 52;
const boxHeight = 42;

/** Upstreams that are drawn; the list has all of them. */
const maxDrawn = 12;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** A curve from the right side of one box to the left side of another. */
function curve(from: Box, to: Box): string {
  const [x1, y1, x2, y2] = [from.x + from.width, from.y + boxHeight / 2, to.x, to.y + boxHeight / 2];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

function Node(given: {
  readonly box: Box;
  readonly stroke: string;
  readonly name: string;
  readonly note: string;
}): ReactNode {
  const { box, stroke, name, note } = given;
  // About as wide as a letter is; what is longer is in the title.
  const inset = box.width < 110 ? 7 : 12;
  const fits = Math.max(4, Math.floor((box.width - 2 * inset) / 7.6));
  const shown = name.length > fits ? `${name.slice(0, fits - 1)}…` : name;
  return (
    <g>
      <title>{`${name}: ${note}`}</title>
      <rect
        x={box.x}
        y={box.y}
        width={box.width}
        height={boxHeight}
        rx={8}
        fill="var(--panel)"
        stroke={stroke}
        strokeWidth={1.6}
      />
      <text x={box.x + inset} y={box.y + 18} fontWeight={600}>
        {shown}
      </text>
      <text className="faint" x={box.x + inset} y={box.y + 33}>
        {note.length > fits + 2 ? `${note.slice(0, fits + 1)}…` : note}
      </text>
    </g>
  );
}

/** Where the boxes are, for so much room: the gateway midway between the others. */
function layoutOf(
  width: number,
  height: number,
): { readonly clients: Box; readonly gateway: Box; readonly boxOf: (index: number) => Box } {
  const isNarrow = width < 520;
  const side = isNarrow ? width * 0.23 : Math.min(190, width * 0.22);
  const right = isNarrow ? width * 0.34 : Math.min(260, width * 0.3);
  const y = (height - boxHeight) / 2;
  return {
    clients: { x: 1, y, width: side },
    gateway: { x: (width - right) / 2 - (isNarrow ? width * 0.04 : 0), y, width: side },
    boxOf: (index) => ({ x: width - right - 1, y: index * rowHeight + (rowHeight - boxHeight) / 2, width: right }),
  };
}

/** Who calls, the gateway, and what is behind it, each as it stands now. `busy`: what was called in the last seconds. */
export function Topology(given: {
  readonly upstreams: readonly UpstreamStatus[];
  readonly callers: string;
  readonly underWay: string;
  readonly busy: ReadonlySet<string>;
}): ReactNode {
  const { upstreams, callers, underWay, busy } = given;
  const { ref, width } = useElementSize();
  const drawn = upstreams.slice(0, maxDrawn);
  const height = Math.max(1, drawn.length) * rowHeight;
  const { clients, gateway, boxOf } = layoutOf(width, height);
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg
          className="topology"
          width={width}
          height={height + 2}
          role="group"
          aria-label="Clients, gateway and upstreams"
        >
          <path d={curve(clients, gateway)} fill="none" stroke="var(--status-off)" strokeWidth={1.4} />
          {drawn.map(({ name, state }, index) => (
            <path
              key={name}
              d={curve(gateway, boxOf(index))}
              fill="none"
              stroke={strokeOf(state.kind)}
              strokeWidth={busy.has(name) ? 2.4 : 1.4}
              strokeDasharray={busy.has(name) ? "10 6" : state.kind === "ready" ? undefined : "3 4"}
              className={busy.has(name) ? "flowing" : undefined}
            />
          ))}
          <Node box={clients} stroke="var(--status-off)" name="Clients" note={callers} />
          <Node
            box={gateway}
            stroke="var(--mantine-color-cyan-7)"
            name={gateway.width < 100 ? "Gateway" : "Switchyard"}
            note={underWay}
          />
          {drawn.map(({ name, state, counts }, index) => (
            <Link key={name} to="/upstreams/$name" params={{ name }}>
              <Node
                box={boxOf(index)}
                stroke={strokeOf(state.kind)}
                name={name}
                note={state.kind === "ready" ? plural(counts.tools, "tool") : wordsOf(state.kind)}
              />
            </Link>
          ))}
        </svg>
      )}
    </div>
  );
}
