import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";

/** How much of the memory that it may have this process uses, in percent: of the machine's or container's, or of what V8 allows its values, whichever is nearer to its end. */
export function memoryPercent(): number {
  const { rss, heapUsed } = process.memoryUsage();
  const constrained = process.constrainedMemory();
  // Without a limit the system says a number beyond any memory, or none.
  const mayHave = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  return Math.max(rss / mayHave, heapUsed / getHeapStatistics().heap_size_limit) * 100;
}
