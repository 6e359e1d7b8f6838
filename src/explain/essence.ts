/** Characters of a text that are looked at: of a longer one its beginning, and its end, where tracebacks name what happened. */
const headLength = 3072;
const tailLength = 1024;

/** Frames of a stack, in Python's and JavaScript's form, with the line of code below a frame of Python's. */
const frames = /^[ \t]+(?:File \\{0,4}"[^\n]*(?:\n[ \t]{4}[^\n]*)?|at [^\n]*)$/gm;

/** The part of a failure's text that says what happened: 4096 characters at the most, without the frames of a stack. */
export function essenceOf(text: string): string {
  const isLong = text.length > headLength + tailLength;
  const part = isLong ? `${text.slice(0, headLength)}\n${text.slice(-tailLength)}` : text;
  // A traceback inside JSON has its line breaks written out, once or, as Frappe sends it, twice.
  return part.replaceAll(/\\{1,4}n/g, "\n").replaceAll(frames, "");
}
