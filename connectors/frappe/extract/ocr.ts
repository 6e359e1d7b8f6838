import { execFile } from "node:child_process";
import { FileRefused } from "./content.ts";

/** How long one picture may take, in ms. */
const timeoutMs = 60_000;
const maxBytes = 8 * 1024 * 1024;

/** Pictures that are read at once, on the whole machine: each takes a processor. */
const atOnce = 2;
/** Pictures that wait for their turn. */
const mostWaiting = 50;

let running = 0;
let waiting: (() => void)[] = [];

/** Waits for a turn, which is over with {@link endTurn}. */
async function turn(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (running < atOnce) {
    running += 1;
    return;
  }
  if (waiting.length >= mostWaiting) {
    throw new FileRefused(`${mostWaiting} pictures wait to be read already; try again when they are done`);
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const leave = (): void => {
    waiting = waiting.filter((each) => each !== begin);
    reject(signal.reason instanceof Error ? signal.reason : new FileRefused("The caller left"));
  };
  const begin = (): void => {
    signal.removeEventListener("abort", leave);
    resolve();
  };
  signal.addEventListener("abort", leave, { once: true });
  waiting.push(begin);
  await promise;
}

/** The next one that waits takes the turn over; without one, it is free. */
function endTurn(): void {
  const begin = waiting.shift();
  if (begin === undefined) running -= 1;
  else begin();
}

/**
 * The text in a picture, by the program `tesseract`. `language` is one that is installed for it, such as `eng` or `eng+deu`.
 *
 * @throws {FileRefused} tesseract is not installed, lacks the language, or cannot read the picture; the signal's reason.
 */
export async function pictureText(
  picture: Uint8Array,
  language: string,
  signal: AbortSignal,
  command = "tesseract",
): Promise<string> {
  if (!/^[a-zA-Z_]+(?:\+[a-zA-Z_]+)*$/.test(language)) {
    throw new FileRefused(
      `language must be names of tesseract's languages with + between, got ${JSON.stringify(language)}`,
    );
  }
  await turn(signal);
  try {
    return await read(picture, language, signal, command);
  } finally {
    endTurn();
  }
}

function read(picture: Uint8Array, language: string, signal: AbortSignal, command: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { timeout: timeoutMs, maxBuffer: maxBytes, signal };
  const child = execFile(command, ["stdin", "stdout", "-l", language], options, (error, stdout, stderr) => {
    if (error === null) resolve(stdout.trim());
    else if (signal.aborted) reject(signal.reason instanceof Error ? signal.reason : error);
    else reject(new FileRefused(whyNot(error, stderr, language)));
  });
  // Where the program is not there, or does not want it: its end says so.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(picture);
  return promise;
}

function whyNot(error: Error & { readonly code?: unknown }, stderr: string, language: string): string {
  if (error.code === "ENOENT") {
    return "Text in pictures is read by tesseract, which is not installed on the gateway's machine; install it (Debian: apt-get install tesseract-ocr)";
  }
  if (/Failed loading language/i.test(stderr)) {
    return `tesseract lacks the language ${language}; install it (Debian: apt-get install tesseract-ocr-${language}), or ask for eng`;
  }
  return `tesseract could not read the picture: ${stderr.trim().split("\n").at(-1) ?? error.message}`;
}
