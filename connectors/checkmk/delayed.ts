/** Has something run so many ms after it was last asked for, unless the signal ends that. The wait does not keep the process alive. */
export function delayed(run: () => void, ms: number, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  signal.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
    },
    { once: true },
  );
  return () => {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(run, ms).unref();
  };
}
