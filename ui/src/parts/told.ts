import { notifications } from "@mantine/notifications";
import { Refusal } from "../api.ts";
import { queries } from "../queries.ts";

/** Says that something was done, for a while. */
export function announce(done: string): void {
  notifications.show({ message: done, color: "teal", autoClose: 3000 });
}

/** Does something, says how it went, and has read anew what it touched. */
export async function tell(
  run: () => Promise<unknown>,
  done: string,
  touched: readonly string[] = [],
): Promise<boolean> {
  try {
    await run();
    announce(done);
    return true;
  } catch (thrown) {
    const refusal = thrown instanceof Refusal ? thrown : new Refusal("internal_error", String(thrown));
    notifications.show({ title: refusal.message, message: refusal.suggestion ?? "", color: "red", autoClose: 8000 });
    return false;
  } finally {
    for (const key of touched) void queries.invalidateQueries({ queryKey: [key] });
  }
}
