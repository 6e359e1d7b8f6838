import { memorySessions } from "./session-store.ts";
import { testSessionStore } from "./session-store.contract.ts";

testSessionStore("the store of sessions in memory", () => {
  const store = memorySessions();
  return { store, settle: () => store };
});
