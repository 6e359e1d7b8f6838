import { type ReactNode, useEffect, useState } from "react";
import { durationText } from "../text.ts";

/** How long until a moment, as it comes nearer. */
export function UntilText({ at }: { readonly at: number }): ReactNode {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return at <= now ? "now" : `in ${durationText(Math.max(1000, at - now))}`;
}
